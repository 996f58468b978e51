-- name: insert
insert into preflight (preflight_id, organisation_id, at, actor_name, market, form, receiver,
                       report_id, version_no, file_name, size, sha256, lines, bad_lines, score,
                       rules, findings, fixes)
values (%(preflight_id)s, %(organisation_id)s, %(at)s, %(actor_name)s, %(market)s, %(form)s,
        %(receiver)s, %(report_id)s, %(version_no)s, %(file_name)s, %(size)s, %(sha256)s,
        %(lines)s, %(bad_lines)s, %(score)s, %(rules)s, %(findings)s, %(fixes)s)

-- name: columns
select preflight_id, organisation_id, at, actor_name, market, form, receiver, report_id, version_no,
       file_name, size, sha256, lines, bad_lines, score, rules, findings, fixes
  from preflight

-- name: newest
 where organisation_id = %(organisation_id)s
   and (%(receiver)s::text is null or receiver = %(receiver)s)
   and (%(market)s::text is null or market = %(market)s)
   and (%(before)s::timestamptz is null or at < %(before)s)
 order by at desc limit %(limit)s

-- name: of_report
 where report_id = %s and version_no = %s order by at

-- name: scores
select date_trunc(%(unit)s, at at time zone 'UTC')::date, market, receiver, count(*),
       sum(lines), sum(bad_lines), round(avg(score))::integer, min(score)
  from preflight
 where organisation_id = %(organisation_id)s and at >= %(since)s
 group by 1, 2, 3 order by 1, 2, 3
