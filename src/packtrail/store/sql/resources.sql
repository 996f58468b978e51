-- name: distinct_values
-- The column is one of ours, put in by store/resources.py; values are bound.
select distinct e.:column from segment e
 where e.audience_id = any(%(audience_ids)s) and e.:column > %(after)s
 order by e.:column limit %(limit)s
