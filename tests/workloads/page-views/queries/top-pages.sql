-- The pages with the most views of one day. Parameter: the day, such as 2026-01-31.
SELECT page, count(*) AS views, count(DISTINCT visitor) AS visitors
FROM "page_views"
WHERE day = ?
GROUP BY page
ORDER BY views DESC, page
LIMIT 20
