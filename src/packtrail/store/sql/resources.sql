-- name: distinct_values
-- The column is one of ours, put in by store/resources.py; values are bound.
select distinct e.:column from event e
 where e.audience_id = any(%(audience_ids)s) and e.:column > %(after)s
 order by e.:column limit %(limit)s

-- name: instances
select class_id, seq from instance
 where (class_id, seq) > (%(class_id)s, %(seq)s)
 order by class_id, seq limit %(limit)s
