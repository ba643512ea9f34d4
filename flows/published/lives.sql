-- Grain: see the contract. Source: flags.lives of the week.
from flags.lives where week = getvariable('week')
