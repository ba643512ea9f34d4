-- Grain: see the contract. Source: scores.quarters, as far as it had been told in the week.
from scores.quarters where told_week <= getvariable('week')
