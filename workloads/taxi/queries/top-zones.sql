-- The zones with the most trips of each window, the newest window first.
SELECT windowstart, place, zone, borough, trips, normal, score
FROM (
  SELECT *, row_number() OVER (PARTITION BY windowstart ORDER BY trips DESC, zone) AS place
  FROM taxi_demand_zones
)
WHERE place <= ${config.demandTopAreas}
ORDER BY windowstart DESC, place
