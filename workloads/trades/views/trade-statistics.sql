-- Prices of each symbol by window of the trade. Sums are of whole cents, so that their order makes no difference.
WITH trade AS (
  SELECT DISTINCT
    id,
    symbol,
    time,
    date_diff('second', TIMESTAMP '1970-01-01 00:00:00', time) AS traded,
    CAST(round(price * 100) AS bigint) AS cents,
    quantity
  FROM trades
),
windowed AS (
  SELECT *, traded - traded % ${config.tradesWindowSeconds} AS start
  FROM trade
),
ordered AS (
  SELECT
    *,
    row_number() OVER (PARTITION BY symbol, start ORDER BY time, id) AS place,
    count(*) OVER (PARTITION BY symbol, start) AS places
  FROM windowed
),
statistics AS (
  SELECT
    symbol,
    start,
    count(*) AS trades,
    sum(quantity) AS volume,
    CAST(sum(cents * quantity) AS double) AS paid,
    max(cents) AS high,
    min(cents) AS low,
    max(CASE WHEN place = 1 THEN cents END) AS opened,
    max(CASE WHEN place = places THEN cents END) AS closed
  FROM ordered
  GROUP BY symbol, start
)
SELECT
  symbol,
  TIMESTAMP '1970-01-01 00:00:00' + INTERVAL '1' SECOND * start AS windowstart,
  TIMESTAMP '1970-01-01 00:00:00' + INTERVAL '1' SECOND * (start + ${config.tradesWindowSeconds}) AS windowend,
  trades,
  volume,
  paid / volume / 100 AS vwap,
  CAST(high AS double) / 100 AS high,
  CAST(low AS double) / 100 AS low,
  CAST(opened AS double) / 100 AS open,
  CAST(closed AS double) / 100 AS close,
  CAST(closed - opened AS double) / 100 AS change,
  CAST(100 * (closed - opened) AS double) / opened AS changepercent
FROM statistics
