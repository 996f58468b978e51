-- A large document that comes a second time is told by its hash, without reading it again.
create index capture_by_sha256 on capture (sha256) where size_bytes >= 1000000;
