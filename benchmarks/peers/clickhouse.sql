-- The catalogue for ClickHouse: one statement per segment, each gives its number of members.
-- $ago_30d and the like are instants in ms since 1970 UTC, $days_14 a length in ms; see statements.py.

-- csv exporters
select count(distinct profile) from events where name = 'export' and format = 'csv';

-- large exports
select count(distinct profile) from events where name = 'export' and rows > 50000 and time > $ago_90d;

-- big baskets
select count(distinct profile) from events where name = 'purchase' and amount > 100;

-- euro buyers
select count(distinct profile) from events where name = 'purchase' and currency = 'EUR' and time > $ago_180d;

-- dollar or pound baskets
select count(distinct profile)
  from events
 where name = 'purchase' and amount >= 50 and currency in ('USD', 'GBP') and time > $ago_90d;

-- coupon users
select count()
  from (select profile from events
         where name = 'purchase' and coupon != '' and time > $ago_365d
         group by profile having count() >= 2);

-- urgent tickets
select count(distinct profile)
  from events where name = 'ticket_opened' and priority = 'urgent' and time > $ago_60d;

-- looks at prices
select count(distinct profile) from events where name = 'page_view' and path = '/pricing' and time > $ago_14d;

-- docs readers
select count()
  from (select profile from events
         where name = 'page_view' and startsWith(path, '/docs') and time > $ago_60d
         group by profile having count() >= 5);

-- long blog reads
select count(distinct profile)
  from events where name = 'page_view' and path = '/blog' and duration > 120 and time > $ago_30d;

-- single sign-on
select count()
  from profiles
 where plan = 'enterprise'
   and profile in (select profile from events where name = 'login' and method = 'sso' and time > $ago_30d);

-- admin inviters
select count(distinct profile) from events where name = 'invite' and role = 'admin';

-- big files
select count(distinct profile) from events where name = 'file_uploaded' and size >= 250 and time > $ago_120d;

-- media libraries
select count()
  from (select profile from events
         where name = 'file_uploaded' and kind in ('video', 'image')
         group by profile having count() >= 3);

-- finds nothing
select count()
  from (select profile from events
         where name = 'search' and results < 1 and time > $ago_45d
         group by profile having count() >= 3);

-- dashboard regulars
select count()
  from (select profile from events
         where name = 'feature_used' and feature = 'dashboard' and time > $ago_60d
         group by profile having count(distinct intDiv(time, 86400000)) >= 3);

-- slow features
select count(distinct profile)
  from events
 where name = 'feature_used' and feature in ('import', 'sync') and latency > 2000 and time > $ago_30d;

-- shares beyond links
select count(distinct profile)
  from events where name = 'share' and channel != 'link' and time > $ago_90d;

-- american pro upgrades
select count()
  from profiles
 where country in ('US', 'CA')
   and profile in (select profile from events where name = 'upgrade' and plan = 'pro');

-- exports without format
select count(distinct profile) from events where name = 'export' and format = '';

-- high spend
select count()
  from (select profile from events where name = 'purchase'
         group by profile having round(sum(amount), 6) >= 500);

-- high spend lately
select count()
  from (select profile from events where name = 'purchase' and time > $ago_90d
         group by profile having round(sum(amount), 6) >= 200);

-- large average
select count()
  from (select profile from events where name = 'purchase'
         group by profile having count() >= 3 and round(avg(amount), 6) > 150);

-- several currencies
select count()
  from (select profile from events where name = 'purchase'
         group by profile having count(distinct currency) >= 3);

-- wide readers
select count()
  from (select profile from events where name = 'page_view' and time > $ago_90d
         group by profile having count(distinct path) >= 8);

-- heavy exporters
select count()
  from (select profile from events where name = 'export' and time > $ago_60d
         group by profile having sum(rows) > 500000);

-- one huge export
select count(distinct profile) from events where name = 'export' and rows >= 900000;

-- many features
select count()
  from (select profile from events
         where name = 'feature_used' and profile in (select profile from profiles where plan = 'pro')
         group by profile having count(distinct feature) >= 5);

-- small baskets only
select count()
  from (select profile from events where name = 'purchase'
         group by profile having count() >= 2 and max(amount) < 40);

-- medium documents
select count()
  from (select profile from events
         where name = 'file_uploaded' and kind = 'document' and time > $ago_180d
         group by profile having round(avg(size), 6) between 5 and 50);

-- fast activation
select count(distinct s.profile)
  from events s
  join events i on i.profile = s.profile and i.time > s.time and i.time <= s.time + $days_14
  join events p on p.profile = s.profile and p.time > i.time and p.time <= s.time + $days_14
 where s.name = 'signup' and i.name = 'invite' and i.role != 'viewer' and p.name = 'purchase';

-- search then export
select count(distinct s.profile)
  from events s
  join events e on e.profile = s.profile and e.time > s.time and e.time <= s.time + $days_1
 where s.name = 'search' and s.time >= $ago_90d
   and e.name = 'export' and e.time >= $ago_90d;

-- trial without purchase
select count(distinct t.profile)
  from events t
  anti join (select profile, time from events where name = 'purchase') p
    on p.profile = t.profile and p.time > t.time and p.time <= t.time + $days_14
 where t.name = 'trial_started' and t.time < $ago_14d;

-- upgrade regretted
select count(distinct u.profile)
  from events u
  join events d on d.profile = u.profile and d.time > u.time and d.time <= u.time + $days_90
 where u.name = 'upgrade' and d.name = 'downgrade';

-- report, share, export
select count()
  from (select profile from events
         where name in ('report_created', 'share', 'export') and time >= $ago_60d
         group by profile
        having windowFunnel($days_7, 'strict_increase')(
                   toUInt64(time), name = 'report_created', name = 'share', name = 'export') = 3);

-- frequent logins
select count()
  from (select profile from events where name = 'login' and time > $ago_30d
         group by profile having count() >= 5);

-- exports often
select count()
  from (select profile from events where name = 'export' and time > $ago_30d
         group by profile having count() >= 3);

-- buys often
select count()
  from (select profile from events where name = 'purchase' and time > $ago_90d
         group by profile having count() >= 3);

-- heavy traffic
select count()
  from (select profile from events where name = 'page_view' and time > $ago_60d
         group by profile having count() >= 20);

-- some searching
select count()
  from (select profile from events where name = 'search' and time > $ago_30d
         group by profile having count() between 2 and 5);

-- several login days
select count()
  from (select profile from events where name = 'login' and time > $ago_14d
         group by profile having count(distinct intDiv(time, 86400000)) >= 3);

-- many tickets
select count()
  from (select profile from events where name = 'ticket_opened' and time > $ago_180d
         group by profile having count() > 2);

-- shared once
select count()
  from (select profile from events where name = 'share' and time > $ago_90d
         group by profile having count() = 1);

-- few uploads before
select count()
  from profiles
 where seats >= 20
   and profile not in (select profile from events
                        where name = 'file_uploaded' and time > $ago_90d and time <= $ago_30d
                        group by profile having count() > 2);

-- enterprise, hardly used
select count()
  from profiles
 where plan = 'enterprise'
   and profile not in (select profile from events where name = 'feature_used' and time > $ago_30d
                        group by profile having count() >= 3);

-- silent pro
select count()
  from profiles
 where plan = 'pro'
   and profile not in (select profile from events where name = 'login' and time > $ago_30d);

-- lapsed buyers
select count()
  from (select profile from events where name = 'purchase'
         group by profile having max(time) <= $ago_180d);

-- never exported
select (select count() from profiles)
       - (select count(distinct profile) from events where name = 'export');

-- enterprise without integration
select count()
  from profiles
 where plan = 'enterprise'
   and profile not in (select profile from events where name = 'integration_connected')
   and score > 1.5;

-- new and alone
select count(distinct profile)
  from events
 where name = 'signup' and time > $ago_60d
   and profile not in (select profile from events where name = 'invite');

-- large and silent
select count()
  from profiles
 where seats >= 10
   and profile not in (select profile from events where name = 'login' and time > $ago_90d);

-- trial not converted
select count(distinct profile)
  from events
 where name = 'trial_started' and time > $ago_60d
   and profile not in (select profile from events where name = 'upgrade');

-- prices, no purchase
select count(distinct profile)
  from events
 where name = 'page_view' and path = '/pricing' and time > $ago_30d
   and profile not in (select profile from events where name = 'purchase' and time > $ago_30d);

-- went quiet
select count()
  from (select profile from events
         where name = 'login' and time > $ago_90d and time <= $ago_30d
         group by profile having count() >= 3)
 where profile not in (select profile from events where name = 'page_view' and time > $ago_14d);

-- reachable non-buyers
select count()
  from profiles
 where marketing
   and profile not in (select profile from events
                        where name = 'purchase' and amount > 50 and time > $ago_365d);

-- high spend in Germany
select count()
  from profiles
 where country = 'DE'
   and profile in (select profile from events where name = 'purchase'
                    group by profile having round(sum(amount), 6) >= 500);

-- exporters who spend little
select count()
  from (select profile from events where name = 'export' and time > $ago_30d
         group by profile having count() >= 3)
 where profile not in (select profile from events where name = 'purchase'
                        group by profile having round(sum(amount), 6) >= 500);

-- silent pro, renewing
select count()
  from profiles p
 where plan = 'pro' and renews_at > $now and renews_at <= $in_60d
   and not exists (select 1 from events e
                    where e.profile = p.profile and e.name = 'login' and e.time > $ago_30d);

-- export champions
select count()
  from (select distinct profile from events where name = 'share' and time > $ago_60d)
 where profile in (select profile from events where name = 'export' and format = 'csv')
    or profile in (select profile from events
                    where name = 'export' and rows > 50000 and time > $ago_90d);

-- worth a call
select count()
  from profiles
 where (plan = 'pro' and renews_at > $now and renews_at <= $in_60d
        and profile not in (select profile from events where name = 'login' and time > $ago_30d))
    or (plan = 'enterprise'
        and profile not in (select profile from events where name = 'feature_used' and time > $ago_30d
                             group by profile having count() >= 3));

-- bought last month
select count(distinct profile)
  from events where name = 'purchase' and time >= $day_2026_02_01 and time < $day_2026_03_01;

-- logged in this week
select count()
  from (select profile from events where name = 'login' and time >= $day_2026_02_23
         group by profile having count(distinct intDiv(time, 86400000)) >= 2);

-- exported last quarter
select count()
  from (select profile from events
         where name = 'export' and time >= $day_2025_10_01 and time < $day_2026_01_01
         group by profile having count() >= 2);

-- new this year, invited last week
select count()
  from profiles
 where signed_up_at >= $day_2026_01_01 and signed_up_at < $day_2027_01_01
   and profile in (select profile from events
                    where name = 'invite' and time >= $day_2026_02_16 and time < $day_2026_02_23);

-- bought last year only
select count()
  from (select profile from events where name = 'purchase' and time >= $day_2025_01_01
         group by profile having max(time) < $day_2026_01_01);

-- pro
select count() from profiles where plan = 'pro';

-- active pro
select count()
  from profiles
 where plan = 'pro'
   and profile in (select profile from events where name = 'export' and time > $ago_30d);

-- german speaking
select count()
  from profiles
 where country in ('DE', 'AT', 'CH') and language = 'de'
   and score < 60;

-- big teams
select count() from profiles where seats >= 100 and plan in ('pro', 'enterprise') and mrr < 2500;

-- mid-size software
select count()
  from profiles
 where company_industry = 'software' and company_size between 50 and 500
   and role != 'viewer';

-- trial ending
select count()
  from profiles
 where trial_ends_at > $now and trial_ends_at <= $in_7d
   and seats between 2 and 50;

-- trial over
select count()
  from profiles
 where plan = 'free' and trial_ends_at < $ago_7d
   and country in ('GB', 'FR');

-- new this month
select count()
  from profiles
 where signed_up_at > $ago_30d and signed_up_at <= $now and role != ''
   and language != 'fr';

-- old hands
select count()
  from profiles
 where signed_up_at < $ago_365d
   and profile in (select profile from events where name = 'login' and time > $ago_7d)
   and role in ('admin', 'member');

-- vip or partner
select count() from profiles where (has(tags, 'vip') or has(tags, 'partner')) and score >= 10;

-- beta leads
select count() from profiles where has(tags, 'beta') and has(tags, 'lead') and company_size < 5000;

-- untagged
select count()
  from profiles
 where tags_known and empty(tags)
   and profile in (select profile from events where name = 'search' and time > $ago_60d)
   and language != '';

-- no tags known
select count() from profiles where tags_known = 0 and mrr >= 1000 and renews_at is not null;

-- high score
select count() from profiles where score >= 50 and role = 'admin' and company_industry != '';

-- buyers without a plan
select count()
  from profiles
 where plan = '' and profile in (select profile from events where name = 'purchase')
   and mrr < 100;

-- gmail companies
select count()
  from profiles
 where endsWith(email, '@gmail.com') and company_size is not null
   and seats < 200;

-- acme people
select count()
  from profiles
 where position(email, '@acme.') > 0 and role in ('owner', 'admin')
   and signed_up_at >= $day_2025_07_01;

-- no address
select count()
  from profiles
 where email = '' and profile in (select profile from events where name = 'signup')
   and company_industry in ('finance', 'health');

-- paying into summer
select count()
  from profiles
 where mrr > 100 and renews_at >= $day_2026_07_01
   and plan in ('starter', 'pro');

-- renewing soon, unhappy
select count()
  from profiles
 where renews_at > $now and renews_at <= $in_30d and score < 5
   and country != '';

-- overdue
select count()
  from profiles
 where renews_at < $day_2026_03_01 and mrr is not null
   and language in ('es', 'pt', 'it');

-- beyond free
select count()
  from profiles
 where plan != 'free'
   and profile in (select profile from events where name = 'feature_used')
   and trial_ends_at is null;

-- opted in abroad
select count() from profiles where marketing and country != 'US' and role = 'member';

-- cancelled, still around
select count(distinct profile)
  from events
 where name = 'cancel'
   and profile in (select profile from events where name = 'login' and time > $ago_14d);

-- had trouble
select count(distinct profile) from events where name in ('refund', 'ticket_opened');

-- integrated reporters
select count(distinct profile)
  from events
 where name = 'integration_connected' and time > $ago_365d
   and profile in (select profile from events where name = 'report_created');

-- two of three
select count()
  from (select profile from events
         where name in ('share', 'invite') or (name = 'report_created' and time > $ago_60d)
         group by profile having count(distinct name) >= 2);

-- none of these
select (select count() from profiles)
       - (select count(distinct profile) from events
           where (name in ('purchase', 'export') and time > $ago_90d)
              or (name = 'share' and time > $ago_180d));

-- all three
select count()
  from profiles
 where language = 'en'
   and profile in (select profile from events where name = 'search' and time > $ago_7d)
   and profile in (select profile from events where name = 'login' and time > $ago_3d);

-- seen lately, seats unknown
select count()
  from profiles
 where last_seen > $ago_7d and seats is null
   and signed_up_at < $day_2026_01_01;

-- new buyers
select count()
  from profiles
 where language in ('en', 'de')
   and profile in (select profile from events where name = 'purchase'
                    group by profile having min(time) > $ago_60d);

-- stopped exporting
select count()
  from profiles
 where company_size > 1000
   and profile in (select profile from events where name = 'export'
                    group by profile having max(time) < $ago_120d)
   and country = 'IN';

-- countries from A to B
select count()
  from profiles
 where match(country, '^[AB]')
   and profile in (select profile from events where name = 'file_uploaded' and time > $ago_30d)
   and has(tags, 'student');

-- software starters
select count()
  from profiles
 where lower(company_industry) = 'software' and plan = 'starter'
   and company_size >= 100;

-- enterprise abroad
select count()
  from profiles
 where plan = 'enterprise' and country not in ('US', 'CA')
   and profile in (select profile from events where name = 'report_created' and time > $ago_90d);
