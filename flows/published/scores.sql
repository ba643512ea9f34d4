-- Grain: see the contract. Source: scores.scores, up to the week.
from scores.scores where week <= getvariable('week')
