-- name: in_scope
 where audience_id = any(%(audience_ids)s) and not is_error_declaration
   and (%(as_of)s::timestamptz is null or time_from <= %(as_of)s::timestamptz)
   and (%(as_known_at)s::timestamptz is null or record_time <= %(as_known_at)s::timestamptz)

-- name: declaring_error
 where is_error_declaration
   and (%(as_known_at)s::timestamptz is null or record_time <= %(as_known_at)s::timestamptz)

-- name: class_sizes
select class_id, next_seq from class where next_seq > 0 order by class_id

-- name: classes
select class_id, class_key, prefix_length, next_seq from class order by class_key
