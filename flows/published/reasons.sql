-- Grain: see the contract. Source: scores.reasons of the week.
from scores.reasons where week = getvariable('week')
