-- name: insert_report
with counted as (
    update work_order set reports = reports + 1 where order_id = %(order_id)s returning reports
)
insert into line_report (order_id, report_no, request_id, source, sequence_no, sha256, content,
                         received_at, first_at, last_at, actor_kind, actor_id, actor_name,
                         happenings, held)
select %(order_id)s, counted.reports, %(request_id)s, %(source)s, %(sequence_no)s, %(sha256)s,
       %(content)s, %(received_at)s, %(first_at)s, %(last_at)s, %(actor_kind)s, %(actor_id)s,
       %(actor_name)s, %(happenings)s, %(held)s
  from counted
returning report_no

-- name: hold_report
update line_report set findings = %(findings)s
 where order_id = %(order_id)s and report_no = %(report_no)s

-- name: end_report
with counted as (
    update work_order set counts = %(counts)s, line_counts = %(line_counts)s,
           in_sequence = %(in_sequence)s, unnumbered = %(unnumbered)s
     where order_id = %(order_id)s
)
update line_report
   set held = null, capture_id = %(capture_id)s, parked = %(parked)s, refused = %(refused)s,
       done = %(done)s, findings = %(findings)s
 where order_id = %(order_id)s and report_no = %(report_no)s

-- name: reports
select report_no, request_id, source, sequence_no, encode(sha256, 'hex') as sha256, received_at,
       first_at, last_at, actor_name, capture_id::text, happenings, held is not null as is_held,
       parked, refused, done, findings
  from line_report where order_id = %(order_id)s

-- name: held
select report_no, request_id, sequence_no, held from line_report
 where order_id = %(order_id)s and held is not null
   and (%(sequence)s::bigint is null or sequence_no = %(sequence)s)
 order by sequence_no, report_no limit 1

-- name: count_held
select count(*) from line_report where order_id = %s and held is not null

-- name: go_on
update work_order set in_sequence = %(in_sequence)s, unnumbered = unnumbered + 1
 where order_id = %(order_id)s

-- name: content
select content from line_report where order_id = %s and report_no = %s

-- name: missing_sequence
select place from generate_series(1, (select max(sequence_no) from line_report where order_id = %(id)s))
             as place
 where not exists (select 1 from line_report
                    where order_id = %(id)s and sequence_no = place)
 order by place limit %(limit)s

-- name: insert_refusals
insert into line_refusal (order_id, report_no, number, code, at)
select %(order_id)s, %(report_no)s, number, code, %(at)s
  from unnest(%(numbers)s::text[], %(codes)s::text[]) as refused (number, code)
on conflict do nothing

-- name: refusals
select distinct number from line_refusal
 where order_id = %s and code = any(%s) order by number limit %s

-- name: insert_parked
insert into parked_happening (order_id, report_no, place, happening, why, at, parked_at)
values (%(order_id)s, %(report_no)s, %(place)s, %(happening)s, %(why)s, %(at)s, %(parked_at)s)

-- name: parked
select report_no, place, happening, why, at, parked_at from parked_happening
 where order_id = %s and ended_at is null order by at, report_no, place

-- name: count_parked
select count(*) from parked_happening where order_id = %s and ended_at is null

-- name: replace_parked
update parked_happening
   set ended_at = %(ended_at)s, happening = coalesce(%(happening)s, happening)
 where order_id = %(order_id)s and report_no = %(report_no)s and place = %(place)s

-- name: dismiss
update parked_happening set ended_at = %(at)s, ended_by = %(by)s, reason = %(reason)s
 where order_id = %(order_id)s and report_no = %(report_no)s and place = %(place)s
   and ended_at is null

-- name: insert_marks
insert into number_mark (order_id, level, number, kind, reason, note, at)
select %(order_id)s, %(level)s, number, %(kind)s, %(reason)s, %(note)s, %(at)s
  from unnest(%(numbers)s::text[]) as marked (number)
on conflict do nothing

-- name: marks
select level, number, kind, reason, at from number_mark where order_id = %(order_id)s

-- name: insert_printed
insert into printed_numbers (order_id, report_no, level, numbers)
values (%(order_id)s, %(report_no)s, %(level)s, %(numbers)s)
on conflict (order_id, report_no, level) do update
   set numbers = printed_numbers.numbers || excluded.numbers

-- name: printed
select level, numbers from printed_numbers where order_id = %s

-- name: pace
select date_trunc('minute', coalesce(last_at, received_at)) as minute, kind,
       sum(count::bigint)::bigint as count
  from line_report
       cross join jsonb_each_text(done) as each_done (kind, count)
 where order_id = %(order_id)s and coalesce(last_at, received_at) >= %(since)s
 group by 1, 2 order by 1, 2

-- name: keep_account
insert into order_account (order_id, digest, account, made_at) values (%s, %s, %s, %s)
on conflict do nothing

-- name: kept_account
select account from order_account where order_id = %s and digest = %s

-- name: insert_rework
insert into rework (rework_id, owner_id, audience_id, site_id, request_id, happening, capture_id, at,
                    done_at, actor_kind, actor_id, actor_name, findings)
values (%(rework_id)s, %(owner_id)s, %(audience_id)s, %(site_id)s, %(request_id)s, %(happening)s,
        %(capture_id)s, %(at)s, %(done_at)s, %(actor_kind)s, %(actor_id)s, %(actor_name)s,
        %(findings)s)

-- name: rework
select r.rework_id::text, o.code as owner, s.code as site, r.request_id, r.happening,
       r.capture_id::text, r.at, r.done_at, r.actor_name, r.findings
  from rework r
       join organisation o on o.organisation_id = r.owner_id
       join site s using (site_id)
