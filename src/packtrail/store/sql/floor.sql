-- name: insert_site
insert into site (organisation_id, code, name, gln, country, time_zone, created_at, created_by)
values (%(organisation_id)s, %(code)s, %(name)s, %(gln)s, %(country)s, %(time_zone)s,
        %(created_at)s, %(created_by)s)
on conflict do nothing
returning site_id

-- name: sites
select s.site_id, s.organisation_id, o.code as organisation, s.code, s.name, s.gln, s.country,
       s.time_zone, s.created_at, s.created_by
  from site s join organisation o using (organisation_id)

-- name: lock_site
select 1 from site where site_id = %s for update

-- name: insert_line
insert into packaging_line (site_id, organisation_id, code, name, read_point, levels,
                            speed_packs_per_minute, capability, created_at, created_by)
values (%(site_id)s, %(organisation_id)s, %(code)s, %(name)s, %(read_point)s, %(levels)s,
        %(speed_packs_per_minute)s, %(capability)s, %(created_at)s, %(created_by)s)
on conflict do nothing
returning line_id

-- name: lines
select l.line_id, l.site_id, s.code as site, s.name as site_name, s.gln as site_gln, s.time_zone,
       l.organisation_id, o.code as organisation, l.code, l.name, l.read_point, l.levels,
       l.speed_packs_per_minute, l.capability, l.created_at, l.created_by, l.retired_at
  from packaging_line l
       join site s using (site_id)
       join organisation o on o.organisation_id = l.organisation_id

-- name: insert_packaging
insert into packaging (owner_id, audience_id, code, name, gtin, market, national_number, tiers,
                       labels, created_at, created_by)
values (%(owner_id)s, %(audience_id)s, %(code)s, %(name)s, %(gtin)s, %(market)s,
        %(national_number)s, %(tiers)s, %(labels)s, %(created_at)s, %(created_by)s)
on conflict do nothing
returning packaging_id

-- name: packagings
select p.packaging_id, p.owner_id, o.code as owner, p.audience_id, p.code, p.name, p.gtin, p.market,
       p.national_number, p.tiers, p.labels, p.created_at, p.created_by
  from packaging p join organisation o on o.organisation_id = p.owner_id
