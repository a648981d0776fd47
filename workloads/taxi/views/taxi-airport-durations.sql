-- How long trips to each airport took, by window of the drop-off; percentiles by nearest rank.
WITH trip AS (
  SELECT DISTINCT
    id,
    CASE dropoffzone WHEN 1 THEN 'EWR' WHEN 132 THEN 'JFK' WHEN 138 THEN 'LGA' END AS airport,
    date_diff('second', TIMESTAMP '1970-01-01 00:00:00', dropofftime) AS dropoff,
    durationseconds AS seconds
  FROM trips
  WHERE dropoffzone IN (1, 132, 138)
),
windowed AS (
  SELECT airport, dropoff - dropoff % (${config.airportWindowMinutes} * 60) AS start, seconds
  FROM trip
),
ranked AS (
  SELECT
    airport,
    start,
    seconds,
    row_number() OVER (PARTITION BY airport, start ORDER BY seconds) AS place,
    count(*) OVER (PARTITION BY airport, start) AS trips
  FROM windowed
)
SELECT
  airport,
  TIMESTAMP '1970-01-01 00:00:00' + INTERVAL '1' SECOND * start AS windowstart,
  TIMESTAMP '1970-01-01 00:00:00' + INTERVAL '1' SECOND * (start + ${config.airportWindowMinutes} * 60) AS windowend,
  count(*) AS trips,
  avg(seconds) AS averageseconds,
  min(CASE WHEN place * 100 >= trips * 50 THEN seconds END) AS p50seconds,
  min(CASE WHEN place * 100 >= trips * 95 THEN seconds END) AS p95seconds
FROM ranked
GROUP BY airport, start
