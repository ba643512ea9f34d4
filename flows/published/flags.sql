-- Grain: see the contract. Source: flags.flags of the week.
from flags.flags where week = getvariable('week')
