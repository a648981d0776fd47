-- Prices of one symbol, the newest window first. Parameter: the symbol, such as AMZN.
SELECT windowstart, trades, volume, vwap, open, high, low, close, changepercent
FROM trade_statistics
WHERE symbol = ?
ORDER BY windowstart DESC
