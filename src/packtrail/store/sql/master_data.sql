-- name: latest
select distinct on (type, id) id, type, owner_id, record_time, attributes, children
  from vocabulary_element
 where audience_id = any(%(audience_ids)s)
   and (%(types)s::text[] is null or type = any(%(types)s))
 order by type, id, element_no desc
 limit %(limit)s
