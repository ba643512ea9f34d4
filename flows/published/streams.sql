-- Grain: see the contract. Source: scores.streams, up to the week.
from scores.streams where week <= getvariable('week')
