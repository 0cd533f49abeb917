-- The 2024 scoring in DuckDB SQL, by hand. Points are whole numbers of 1/$unit; days are counted from 0, the first of
-- January; an item is county × $item/64 + number, a pair item × 64 + unit. duckdb_hand.py makes the views (采用, 批示 …),
-- the table office and the constants.
CREATE OR REPLACE TABLE scores AS
WITH
adopted AS MATERIALIZED (SELECT pair, day, cells[cell + 1] AS points, cell % 4 = 0 AS journal FROM 采用),
-- most items are adopted once by a unit; only the others need their rows in order
pairs AS MATERIALIZED (
  SELECT pair, count(*) AS times, min(day) AS day, max(points) AS points,
         bool_or(journal) AS journal, NOT bool_and(journal) AS above
  FROM adopted GROUP BY pair
),
again AS (
  SELECT pair, day, points - coalesce(max(points) OVER earlier, 0) AS points
  FROM adopted SEMI JOIN (FROM pairs WHERE times > 1) USING (pair)
  WINDOW earlier AS (PARTITION BY pair ORDER BY day, points ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
),
-- 批示: 40 or 100 once per item, each rise on its day, shared by the units of the item
endorsed AS MATERIALIZED (
  SELECT item, min(day) FILTER (leader) AS low, min(day) FILTER (NOT leader) AS high FROM 批示 GROUP BY item
),
sharing AS MATERIALIZED (
  SELECT pair, item, journal, above FROM (SELECT *, pair // 64 AS item FROM pairs) SEMI JOIN endorsed USING (item)
),
granted AS (
  SELECT item, count(*) AS n,
         CASE WHEN bool_or(journal) THEN any_value(low) END AS low,
         CASE WHEN bool_or(above) THEN any_value(high) END AS high
  FROM sharing JOIN endorsed USING (item) GROUP BY item
),
awards AS (
  SELECT item, low AS day, 40 * $unit // n AS worth FROM granted WHERE low < coalesce(high, 999)
  UNION ALL
  SELECT item, high, CASE WHEN low < high THEN 60 ELSE 100 END * $unit // n FROM granted WHERE high IS NOT NULL
),
account AS MATERIALIZED (
  SELECT pair // $item * 48 + pair % 64 AS unit, day, worth FROM (
    SELECT pair, day, points * $unit AS worth FROM pairs WHERE times = 1
    UNION ALL SELECT pair, day, points * $unit FROM again WHERE points > 0
    UNION ALL SELECT pair, day, worth FROM awards JOIN sharing USING (item)
  )
),
quarters AS MATERIALIZED (
  SELECT unit, sum(worth)::BIGINT AS total, sum(worth) FILTER (day < 91)::BIGINT AS q1,
         sum(worth) FILTER (day >= 91 AND day < 182)::BIGINT AS q2,
         sum(worth) FILTER (day >= 182 AND day < 274)::BIGINT AS q3, sum(worth) FILTER (day >= 274)::BIGINT AS q4
  FROM account GROUP BY unit
),
full_year AS (SELECT unit, quota FROM quarters JOIN office ON u = unit % 48 WHERE total >= quota),
reached AS (
  SELECT unit, min(day) AS done
  FROM (
    SELECT unit, day, quota, sum(worth) OVER (PARTITION BY unit ORDER BY day) AS total
    FROM account JOIN full_year USING (unit)
  ) WHERE total >= quota GROUP BY unit
),
asked AS (
  SELECT unit, sum(2 * (late OR poor)::INT + CASE answer WHEN '不及时' THEN 1 WHEN '不反馈' THEN 5 ELSE 0 END) AS lost
  FROM 约稿 GROUP BY unit
),
events AS (
  SELECT unit, count(*) FILTER (minutes > 120 AND minutes <= 720 AND NOT open) AS late,
         count(*) FILTER (minutes > 720 AND minutes <= 2880 AND NOT open) AS missed,
         bool_or(minutes > 2880 OR harm) AS zero
  FROM 突发 GROUP BY unit
),
figures AS (
  SELECT county, u, name, second, quota, mechanism,
         coalesce(q1, 0) AS q1, coalesce(q2, 0) AS q2, coalesce(q3, 0) AS q3, coalesce(q4, 0) AS q4,
         coalesce(total, 0) AS total, done,
         20 - least(coalesce(lost, 0), 20)::BIGINT AS asked,
         -30 * coalesce(late, 0) - 50 * coalesce(missed, 0) AS urgent,
         coalesce(zero, false) OR coalesce(late, 0) >= 2 OR untrue.unit IS NOT NULL AS zeroed
  FROM counties CROSS JOIN office
  LEFT JOIN quarters ON quarters.unit = county * 48 + u
  LEFT JOIN reached ON reached.unit = county * 48 + u
  LEFT JOIN asked ON asked.unit = county * 48 + u
  LEFT JOIN events ON events.unit = county * 48 + u
  LEFT JOIN 机制 AS assessed ON assessed.unit = county * 48 + u
  LEFT JOIN (SELECT DISTINCT unit FROM 失实) AS untrue ON untrue.unit = county * 48 + u
),
parts AS (
  SELECT *, part(total, quota, 4) AS year_part,
         part(4 * q1, quota, 2) + part(4 * q2, quota, 2) + part(4 * q3, quota, 2) + part(4 * q4, quota, 2) AS quarter_part,
         CASE WHEN zeroed THEN 0
              WHEN mechanism IS NOT NULL THEN greatest(0, year_part + quarter_part + asked + mechanism + urgent)
         END AS score,
         (100 - score) * 512 + coalesce(done, 511) AS key
  FROM figures
)
SELECT county_name(county) AS 县, name AS 单位, score AS 得分,
       CASE WHEN score IS NOT NULL THEN rank() OVER series END AS 名次,
       CASE WHEN score IS NOT NULL THEN count(*) OVER (PARTITION BY county, second, key) > 1 END AS 名次并列,
       CASE WHEN score IS NOT NULL THEN rank() OVER (PARTITION BY county ORDER BY key NULLS LAST) END AS 总名次,
       year_part AS 年度采用任务, quarter_part AS 季度采用任务, asked AS 约稿, mechanism AS 工作机制, urgent AS 突发事件,
       zeroed AS 归零, total AS 年度采用分, q1 AS 一季采用分, q2 AS 二季采用分, q3 AS 三季采用分, q4 AS 四季采用分,
       DATE '2024-01-01' + done::INT AS 任务完成日
FROM parts
WINDOW series AS (PARTITION BY county, second ORDER BY key NULLS LAST);
