-- What the migration before has written anew as segments.

drop table posting_of_event;
drop table touch_of_event;
drop table event_value;
drop table event;
drop table instance;
alter table capture drop column document_id;
drop table document;
