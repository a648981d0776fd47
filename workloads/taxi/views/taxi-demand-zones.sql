-- Trips by zone of the pick-up and sliding window of the drop-off, as the job counts them: each trip once, zones 57, 104
-- and 105 as their neighbours, none for a zone whose place is unknown.
WITH trip AS (
  SELECT DISTINCT
    id,
    date_diff('second', TIMESTAMP '1970-01-01 00:00:00', dropofftime) AS dropoff,
    CASE pickupzone WHEN 57 THEN 56 WHEN 104 THEN 103 WHEN 105 THEN 103 ELSE pickupzone END AS zone,
    pickupborough AS borough
  FROM trips
  WHERE pickupborough <> 'Unknown'
),
demand AS (
  SELECT
    zone,
    borough,
    dropoff - dropoff % (${config.demandSlideMinutes} * 60) - earlier AS start,
    count(*) AS trips
  FROM trip
  CROSS JOIN UNNEST(
    sequence(0, (${config.demandWindowMinutes} - ${config.demandSlideMinutes}) * 60, ${config.demandSlideMinutes} * 60)
  ) AS slides (earlier)
  GROUP BY 1, 2, 3
),
compared AS (
  SELECT
    zone,
    borough,
    start,
    trips,
    -- Of the windows before that neither overlap nor leave a gap; one without a trip counts as 0.
    CAST(
      coalesce(
        sum(trips) OVER (
          PARTITION BY zone, start % (${config.demandWindowMinutes} * 60)
          ORDER BY start
          RANGE BETWEEN ${config.demandNormalWindows} * ${config.demandWindowMinutes} * 60 PRECEDING
            AND ${config.demandWindowMinutes} * 60 PRECEDING
        ),
        0
      ) AS double
    ) / ${config.demandNormalWindows} AS normal
  FROM demand
)
SELECT
  zone,
  borough,
  TIMESTAMP '1970-01-01 00:00:00' + INTERVAL '1' SECOND * start AS windowstart,
  TIMESTAMP '1970-01-01 00:00:00' + INTERVAL '1' SECOND * (start + ${config.demandWindowMinutes} * 60) AS windowend,
  trips,
  normal,
  (trips - normal) / sqrt(greatest(normal, 1)) AS score
FROM compared
