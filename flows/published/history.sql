-- Grain: see the contract. Source: scores.history, sums of before the weeks of scores.streams.
from scores.history
