//! Governance as it is typed: one register in a folder, played by the several people that a story needs.

use std::fmt::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::office::{Office, SHOP};
use crate::run::Glaux;
use crate::shell::{read, terminal};
use crate::support::postgres::{Database, database};

#[tokio::test]
async fn the_whole_story_is_told_as_it_is_typed() {
    let Some(database) = database(SHOP).await else { return };
    let office = Office::new().furnish(&database);
    let me = &office.me;
    let tested = office.run("olga", "source test shop-db -o csv");
    assert!(tested.stdout.starts_with("source,server,user,tls\nshop-db,"), "{tested:?}");
    assert!(tested.stdout.contains(&format!(",{},", database.user())), "{tested:?}");
    let mapped = office.ok("olga", "asset map shop-db -o csv");
    let expected = "asset,change,columns,published\n\
        \"shop-db.\"\"odd.schema\"\".\"\"say \"\"\"\"hi\"\"\"\", 'you'\"\"\",new,2,no\n\
        \"shop-db.\"\"odd.schema\"\".Orders\",new,1,no\n\
        \"shop-db.\"\"odd.schema\"\".orders\",new,1,no\n\
        shop-db.shop.customers,new,3,no\nshop-db.shop.orders,new,4,no\nshop-db.shop.totals,new,2,no\n";
    assert_eq!(mapped, expected);
    assert_eq!(office.ok("mia", "asset list -o csv"), "asset,project,state,published,columns\n");
    let published = office.ok("olga", "asset publish shop-db.shop.orders shop-db.shop.customers -o csv");
    let first = office.events() - 1;
    let expected = format!(
        "event,verb,record,id,version,actor\n{first},asset publish,asset,shop-db.shop.orders,2,{me}/olga\n\
         {},asset publish,asset,shop-db.shop.customers,2,{me}/olga\n",
        first + 1
    );
    assert_eq!(published, expected);
    let found = office.ok("mia", "asset search EMAIL -o csv");
    assert_eq!(found, "asset,project,columns\nshop-db.shop.customers,shop,email\nshop-db.shop.orders,shop,email\n");
    let columns = office.ok("mia", "asset show shop-db.shop.orders -o csv");
    assert_eq!(columns, "column,type\nid,bigint\ncustomer,varchar\ntotal,\"decimal(12,2)\"\nemail,varchar\n");

    let asking = "request create --asset shop-db.shop.orders shop-db.shop.customers --env prod --purpose 'a monthly report' \
                  --columns shop-db.shop.customers:id,name --for 90d";
    let id = office.made("mia", asking);
    assert_eq!(office.json("otto", "request list --to-decide")[0]["request"], id);
    assert!(office.json("sam", "request list --to-decide").is_empty());
    assert_eq!(office.json("mia", "request list --mine")[0]["requester"], office.name("mia"));
    let narrowed =
        format!("request approve {id} --columns shop-db.shop.orders:id,total --for 30d --note 'no addresses'");
    assert!(office.ok("otto", &narrowed).contains("request approve"));
    let shown = &office.json("mia", &format!("sub show {id}"))[0];
    assert_eq!(shown["state"], "active");
    assert_eq!(shown["granted"], "shop-db.shop.customers:id,name shop-db.shop.orders:id,total");
    assert!(shown["decisions"].as_str().unwrap().ends_with(&format!("approved by {me}/otto: no addresses")), "{shown}");
    let report = office.json("otto", "report access --source shop-db");
    assert_eq!(report.len(), 2);
    assert_eq!((&report[1]["asset"], &report[1]["columns"]), (&"shop-db.shop.orders".into(), &"id,total".into()));
    let expiring = office.json("mia", "report expiring --within 4w");
    assert!(expiring.is_empty(), "{expiring:?}");
    assert_eq!(office.json("mia", "report expiring --within 31d")[0]["left"], "29d");

    office.ok("max", &format!("sub renew {id} --for 60d --purpose 'next month too'"));
    office.ok("otto", &format!("sub amend {id} --for 50d"));
    office.ok("otto", &format!("sub amend {id} --tables shop-db.shop.orders --note 'orders only'"));
    let shown = &office.json("otto", &format!("sub show {id}"))[0];
    assert_eq!(shown["granted"], "shop-db.shop.orders", "what was asked for of it");
    office.ok("otto", &format!("sub revoke {id} --reason 'moved elsewhere'"));
    assert_eq!(office.json("mia", "sub list --state all")[0]["state"], "closed (revoked)");
    let history = office.ok("mia", &format!("audit list --record {id} -o csv"));
    let verbs: Vec<&str> = history.lines().skip(1).map(|line| line.split(',').nth(3).unwrap()).collect();
    let expected = [
        "request create",
        "request approve",
        "grant record",
        "sub renew",
        "sub amend",
        "sub amend",
        "sub revoke",
        "grant record",
    ];
    assert_eq!(verbs, expected);
    assert!(history.contains("glaux request approve"), "{history}");
    let verified = office.run("auditor", "audit verify -o csv");
    assert_eq!((verified.code, verified.stdout.as_str()), (0, "record,fault\n"));
    assert_eq!(office.ok("auditor", "audit export").lines().count(), office.events());
}

/// The guide's own commands, with a server that is there and the id that the request got.
#[tokio::test]
async fn the_guides_commands_work_as_they_stand() {
    let Some(database) = database(SHOP).await else { return };
    let mut office = Office::new();
    office.glaux = office.glaux.set("GLAUX_ADMIN_PASSWORD", database.password().expose());
    let guide = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/governance.md")).unwrap();
    let section = guide.split_once("```sh\n").unwrap().1;
    let (mut id, mut count) = (String::new(), 0);
    for line in section.split_once("```").unwrap().0.lines() {
        let Some(command) = line.split(" # ").next().unwrap().trim().strip_prefix("glaux ") else { continue };
        let command = command
            .replace("$me", &office.me)
            .replace("jdbc:postgresql://db.example.com:5432/shop", &database.url())
            .replace("--user postgres", &format!("--user {}", database.user()))
            .replace(" ID", &format!(" {id}"));
        let ran = office.typed(&command, "");
        assert_eq!(ran.code, 0, "{command}: {}{}", ran.stdout, ran.stderr);
        if let Some((_, behind)) = ran.stdout.split_once("sub-").filter(|_| id.is_empty()) {
            id = format!("sub-{}", behind.split_whitespace().next().unwrap());
        }
        count += 1;
    }
    assert!(count >= 12, "{count} commands were found");
}

#[tokio::test]
async fn what_changes_at_the_source_is_new_changed_or_gone_and_what_cannot_be_read_is_said() {
    let Some(database) = database(SHOP).await else { return };
    let office = Office::new().open(&database);
    let again = office.run("olga", "asset map shop-db -o csv");
    assert_eq!((again.code, again.stdout.as_str()), (0, "asset,change,columns,published\n"));
    assert!(again.stderr.contains("6 the same; nothing was written"), "{}", again.stderr);
    let change = "CREATE TABLE shop.lines (id int); ALTER TABLE shop.customers ADD note text; DROP VIEW shop.totals; \
                  DROP TABLE \"odd.schema\".\"Orders\"; CREATE TABLE shop.twins (a int, \"A\" int)";
    database.client().await.batch_execute(change).await.unwrap();
    let part = office.run("olga", "asset map shop-db --schema shop --table 'l*' -o csv");
    assert_eq!((part.code, part.stdout.as_str()), (0, "asset,change,columns,published\nshop-db.shop.lines,new,1,no\n"));
    let ran = office.run("olga", "asset map shop-db -o csv");
    assert_eq!(ran.code, 7, "{}", ran.stderr);
    let expected = "asset,change,columns,published\n\"shop-db.\"\"odd.schema\"\".Orders\",gone,1,no\n\
                    shop-db.shop.customers,changed,4,yes\nshop-db.shop.totals,gone,2,yes\n";
    assert_eq!(ran.stdout, expected);
    assert!(ran.stderr.contains("looking at \"shop\".\"twins\": "), "{}", ran.stderr);
    office.refused(
        "mia",
        "request create --asset shop-db.shop.totals --env prod --purpose x",
        5,
        &["no longer at its source"],
    );
    database
        .client()
        .await
        .batch_execute("CREATE VIEW shop.totals AS SELECT 1 AS a; DROP TABLE shop.twins")
        .await
        .unwrap();
    assert!(office.ok("olga", "asset map shop-db -o csv").contains("shop-db.shop.totals,changed,1,yes\n"));
    office.refused("olga", "asset map shop-db --schema nope", 4, &["\"nope\"", "it has ["]);
    check_odd_names(&office);
}

/// Whatever the names are: published, asked for, granted in part, and shown as they are typed.
fn check_odd_names(office: &Office) {
    let odd = "shop-db.\"odd.schema\".\"say \"\"hi\"\", 'you'\"";
    let columns = format!("{odd}:\"a,b\",\"c:d\"");
    let run = |person: &str, words: &[&str]| {
        let ran = office.glaux.run(&[words, &["-o", "json", "--actor", person]].concat());
        assert_eq!(ran.code, 0, "{words:?}: {}", ran.stderr);
        serde_json::from_str::<Value>(ran.stdout.lines().next().unwrap()).unwrap()
    };
    run("olga", &["asset", "publish", odd]);
    let asking = ["request", "create", "--asset", odd, "--env", "prod", "--purpose", "x", "--columns", &columns];
    let id = run("mia", &asking)["id"].as_str().unwrap().to_owned();
    assert_eq!(run("mia", &["request", "show", &id])["asked"], columns);
    let part = format!("{odd}:\"c:d\"");
    run("otto", &["request", "approve", &id, "--columns", &part]);
    assert_eq!(run("mia", &["sub", "show", &id])["granted"], part);
}

#[tokio::test]
async fn each_refusal_has_its_code_says_who_may_and_is_an_event() {
    let Some(database) = database(SHOP).await else { return };
    let office = Office::new().open(&database);
    let ask = "request create --asset shop-db.shop.orders --env prod --purpose 'a report'";
    let before = office.events();
    let (otto, rita) = (office.name("otto"), office.name("rita"));
    let id = office.made("olga", ask);
    let of_request = [
        ("eve", ask.to_owned(), rita.as_str()),
        ("olga", format!("request approve {id}"), "nobody decides on their own"),
        ("rita", format!("request approve {id}"), otto.as_str()),
        ("sam", format!("request deny {id} --note no"), otto.as_str()),
        ("eve", format!("request withdraw {id}"), rita.as_str()),
        ("mia", format!("sub revoke {id} --reason x"), otto.as_str()),
        ("eve", "asset publish shop-db.shop.orders".to_owned(), otto.as_str()),
        ("eve", "asset map shop-db".to_owned(), otto.as_str()),
        ("eve", "source test shop-db".to_owned(), otto.as_str()),
        ("eve", "source retire shop-db --yes".to_owned(), otto.as_str()),
        ("eve", "project member shop @eve --role owner".to_owned(), otto.as_str()),
        ("sam", "project archive shop --yes".to_owned(), otto.as_str()),
        ("mia", "env add other --project reports".to_owned(), rita.as_str()),
        ("mia", "env remove prod --yes".to_owned(), rita.as_str()),
        ("eve", format!("source add eves --project shop --url '{}' --secret x", database.url()), otto.as_str()),
    ];
    for (person, line, words) in &of_request {
        office.refused(person, line, 3, &[words]);
    }
    let refused = office.json("auditor", "audit list");
    let refused: Vec<&Value> =
        refused.iter().filter(|event| event["verb"].as_str().unwrap().ends_with(" refused")).collect();
    assert_eq!(refused.len(), of_request.len(), "{refused:?}");
    assert_eq!(office.events(), before + 1 + of_request.len());
    assert_eq!(refused[0]["actor"], office.name("eve"));
    assert!(refused[1]["reason"].as_str().unwrap().contains("nobody decides on their own"));
    office.refused("eve", &format!("sub show {id}"), 3, &[&otto, &rita]);

    for (line, code, words) in [
        ("asset show shop-db.shop.orderz", 4, "did you mean shop-db.shop.orders?"),
        ("project show repors", 4, "did you mean reports?"),
        ("request show sub-nope", 4, "sub-nope"),
        ("request create --asset shop-db.shop.order --env prod --purpose x", 4, "did you mean shop-db.shop.orders"),
        ("request create --asset shop-db.shop.orders --env prd --purpose x", 4, "did you mean prod?"),
        ("request create --asset shop-db.shop.orders --env prod --purpose ' '", 2, "purpose"),
        ("request create --asset shop-db.shop.orders --env prod", 2, "--purpose"),
        ("request create --asset shop-db.shop.orders --env prod --purpose x --for 3m", 2, "90d"),
        (
            "request create --asset shop-db.shop.orders --env prod --purpose x --until 2020-01-01T00:00:00Z",
            2,
            "is over",
        ),
        (
            "request create --asset shop-db.shop.orders --env prod --purpose x --columns shop-db.shop.orders:ssn",
            4,
            "ssn",
        ),
        (
            "request create --asset shop-db.shop.orders --env prod --purpose x --columns shop-db.shop.totals:total",
            2,
            "--asset",
        ),
        (ask, 5, "asked for already"),
        ("project add reports", 5, "already"),
        ("project add Reports", 5, "in any case"),
        ("project add re.ports", 2, "no name"),
        ("request list --state nope", 2, "closed"),
        ("audit list --since yesterday", 2, "2030-01-31T12:00:00Z"),
        ("audit list --store aws:glaux", 3, "--actor"),
        ("audit list --store nonsense", 2, "local:DIR"),
        ("env remove prod", 2, "--yes"),
    ] {
        office.refused("mia", line, code, &[words]);
    }
    // What is not published is as good as not there, in hints too.
    office.refused("mia", "asset show 'shop-db.\"odd.schema\".orders'", 4, &["no asset"]);
    let ran = office.run("mia", "asset show 'shop-db.\"odd.schema\".order'");
    assert!(ran.code == 4 && !ran.stderr.contains("odd.schema\".orders"), "{}", ran.stderr);
    assert_eq!(office.ok("auditor", "audit verify -o csv"), "record,fault\n");
}

/// F.2 of the regression tests: 1 to 6.
#[tokio::test]
async fn a_request_is_made_once_decided_once_and_followed_by_another() {
    let Some(database) = database(SHOP).await else { return };
    let office = Office::new().open(&database);
    let orders = "request create --asset shop-db.shop.orders --env prod --purpose 'a report'";
    let first = office.made("mia", orders);
    office.ok("otto", &format!("request approve {first}"));
    let before = office.json("mia", &format!("sub show {first}"));
    office.refused("max", orders, 5, &[&first, "active"]);
    assert_eq!(office.json("mia", &format!("sub show {first}")), before);

    let customers = "request create --asset shop-db.shop.customers --env prod --purpose 'a report'";
    let denied = office.made("mia", customers);
    office.refused("otto", &format!("request deny {denied} --note ' '"), 2, &["why it is denied"]);
    office.ok("otto", &format!("request deny {denied} --note 'ask sales first'"));
    let shown = &office.json("mia", &format!("request show {denied}"))[0];
    assert_eq!((&shown["state"], &shown["granted"]), (&"closed (denied)".into(), &Value::Null));
    assert!(shown["decisions"].as_str().unwrap().ends_with("/otto: ask sales first"), "{shown}");
    office.refused("otto", &format!("request approve {denied}"), 5, &["closed (denied)"]);
    let second = office.made("mia", customers);
    assert_eq!(office.json("mia", &format!("request show {second}"))[0]["previous"], denied);
    assert_eq!(&office.json("mia", &format!("request show {denied}"))[0], shown);
    assert_eq!(office.json("otto", "request list --to-decide")[0]["request"], second);
    office.ok("mia", &format!("request withdraw {second}"));
    assert_eq!(office.json("otto", &format!("request show {second}"))[0]["state"], "closed (withdrawn)");
    what_is_over_is_told_once(&office, &denied, &second);

    let third = office.made("mia", customers);
    for more in ["--tables shop-db.shop.orders", "--columns shop-db.shop.totals:total"] {
        office.refused("otto", &format!("request approve {third} {more}"), 4, &["was not asked for"]);
    }
    office.refused(
        "otto",
        &format!("request approve {third} --columns shop-db.shop.customers:ssn"),
        4,
        &["\"ssn\"", "it has ["],
    );
    office.ok("otto", &format!("request approve {third}"));
    office.ok("olga", &format!("sub revoke {first} --reason 'no longer'"));
    let live = office.json("mia", "sub list --state active");
    assert_eq!(live.len(), 1, "revoking one leaves the other");
    assert_eq!(live[0]["subscription"], third);
    office.ok("mia", &format!("sub leave {third}"));
    office.refused("mia", &format!("sub leave {third}"), 5, &["closed (left)"]);
    assert!(office.json("mia", "sub list").is_empty());
    let again = office.made("mia", orders);
    assert_eq!(office.json("mia", &format!("request show {again}"))[0]["previous"], first);
}

/// To whoever asked that it was denied, and to the owners that it was withdrawn; done again, it is refused and told to nobody.
fn what_is_over_is_told_once(office: &Office, denied: &str, withdrawn: &str) {
    office.refused("mia", &format!("request withdraw {withdrawn}"), 5, &["closed (withdrawn)"]);
    office.refused("otto", &format!("request deny {denied} --note again"), 5, &["closed (denied)"]);
    office.refused("otto", &format!("request approve {withdrawn}"), 5, &["closed (withdrawn)", "nothing to approve"]);
    for (id, told) in [(denied, vec![office.name("mia")]), (withdrawn, vec![office.name("olga"), office.name("otto")])]
    {
        let all = office.json("otto", &format!("audit list --record {id}"));
        let notices: Vec<&Value> = all.iter().filter(|event| event["verb"] == "request told").collect();
        assert_eq!(notices.len(), 1, "{all:?}");
        let reason = notices[0]["reason"].as_str().unwrap();
        assert!(reason.ends_with(&format!(", to {}", told.join(", "))), "{reason}");
    }
    assert!(office.json("otto", "request list").is_empty());
}

#[tokio::test]
async fn an_asset_is_described_handed_over_and_decided_on_by_its_new_owner() {
    let Some(database) = database(SHOP).await else { return };
    let office = Office::new().open(&database);
    let (otto, rita, carl) = (office.name("otto"), office.name("rita"), office.name("carl"));
    office.ok("olga", "project add crm --owner @carl");
    let describe = "asset describe shop-db.shop.orders --text 'Every order since 2019'";
    let said = office.ok("otto", &format!("{describe} -o csv"));
    assert!(said.ends_with(&format!(",asset describe,asset,shop-db.shop.orders,3,{otto}\n")), "{said}");
    assert_eq!(office.ok("otto", describe), "");
    assert!(office.run("mia", "asset show shop-db.shop.orders").stderr.contains("Every order since 2019"));
    let found = office.json("mia", "asset search SINCE");
    assert_eq!((found.len(), &found[0]["asset"]), (1, &"shop-db.shop.orders".into()));
    office.refused("eve", "asset describe shop-db.shop.orders --text x", 3, &[&otto]);
    office.refused("otto", "asset describe shop-db.shop.order --text x", 4, &["did you mean shop-db.shop.orders"]);

    let ask = "request create --asset shop-db.shop.orders --env prod --purpose 'a report'";
    let first = office.made("mia", ask);
    let hand = "asset owner shop-db.shop.orders crm";
    office.refused("otto", hand, 5, &[&first, "cannot change hands"]);
    let remind = format!("request remind {first}");
    let reminded = office.run("max", &format!("{remind} -o csv"));
    let event = format!(",request remind,subscription,{first},1,{}\n", office.name("max"));
    assert!(reminded.code == 0 && reminded.stdout.ends_with(&event), "{reminded:?}");
    assert!(reminded.stderr.contains(&otto), "{}", reminded.stderr);
    assert!(office.json("otto", "request list --to-decide")[0]["reminded"].is_string());
    office.refused("mia", &remind, 5, &["were reminded", "once a day at most"]);
    office.refused("otto", &remind, 3, &[&rita]);
    office.ok("otto", &format!("request deny {first} --note 'it is the CRM that decides'"));
    office.refused("max", &remind, 5, &["closed (denied)"]);

    office.refused("eve", hand, 3, &[&otto]);
    office.refused("otto", "asset owner shop-db.shop.orders crmm", 4, &["did you mean crm?"]);
    assert!(office.ok("otto", hand).contains("asset owner"));
    assert_eq!(office.json("mia", "asset search since")[0]["project"], "crm");
    let second = office.made("mia", ask);
    office.refused("otto", &format!("request approve {second}"), 3, &[&carl]);
    office.ok("carl", &format!("request approve {second}"));
    let mapped = office.run("olga", "asset map shop-db -o csv");
    assert_eq!((mapped.code, mapped.stdout.as_str()), (0, "asset,change,columns,published\n"), "{mapped:?}");
    let state = || office.json("mia", &format!("sub show {second}"))[0]["state"].clone();
    assert_eq!(state(), "active");
    office.ok("olga", "source retire shop-db --yes");
    assert_eq!(state(), "closed (source retired)", "whoever owns what is read of it");
}

#[test]
fn who_wants_it_quiet_gets_results_and_errors_alone() {
    let office = Office::new();
    office.ok("olga", "project add shop");
    let (told, quiet) = (office.run("olga", "audit verify -o csv"), office.run("olga", "audit verify -o csv --quiet"));
    assert!(told.stderr.contains("1 events"), "{}", told.stderr);
    assert_eq!((quiet.code, quiet.stdout, quiet.stderr.as_str()), (0, told.stdout, ""));
    office.refused("olga", "project show shp --quiet", 4, &["error: ", "did you mean shop?"]);
    office.refused("olga", "audit verify --quiet --verbose", 2, &["--verbose"]);
}

#[tokio::test]
async fn a_dry_run_shows_what_would_be_written_and_changes_nothing() {
    let Some(database) = database(SHOP).await else { return };
    let office = Office::new();
    let nothing = office.run("olga", "project add shop --dry-run");
    assert_eq!((nothing.code, office.register().exists()), (0, false));
    let office = office.open(&database);
    let id = office.made("mia", "request create --asset shop-db.shop.orders --env prod --purpose x");
    let before = (office.events(), office.ok("auditor", "audit export"));
    for (person, line, verb) in [
        ("olga", "project add more", "project add"),
        ("olga", "project member shop @sam --remove", "project member"),
        ("rita", "env add test --project reports", "env add"),
        ("rita", "env remove prod", "env remove"),
        ("olga", "source retire shop-db", "source retire"),
        ("olga", "asset publish --match '*'", "asset publish"),
        ("mia", "request create --asset shop-db.shop.totals --env prod --purpose x", "request create"),
        ("otto", &format!("request approve {id}"), "request approve"),
        ("mia", &format!("request withdraw {id}"), "request withdraw"),
    ] {
        let rows = office.json(person, &format!("{line} --dry-run"));
        assert!(!rows.is_empty(), "{line}");
        for row in rows {
            assert_eq!((&row["event"], &row["verb"]), (&Value::Null, &verb.into()), "{line}");
        }
    }
    database.client().await.batch_execute("CREATE TABLE shop.more (a int)").await.unwrap();
    assert!(office.ok("olga", "asset map shop-db --dry-run -o csv").contains("shop-db.shop.more,new,1,no\n"));
    office.refused("eve", "source retire shop-db --dry-run", 3, &[]);
    assert_eq!((office.events(), office.ok("auditor", "audit export")), before);
}

/// More than any page of the store holds.
#[tokio::test]
async fn lists_are_whole_however_long_they_are() {
    let mut script = String::from("CREATE SCHEMA big;");
    for number in 0..130 {
        write!(script, "CREATE TABLE big.t{number:03} (a int);").unwrap();
    }
    let Some(database) = database(&script).await else { return };
    let office = Office::new().furnish(&database);
    assert_eq!(office.json("olga", "asset map shop-db").len(), 130);
    assert_eq!(office.json("olga", "asset publish --match '*'").len(), 130);
    let listed = office.json("mia", "asset list");
    assert_eq!((listed.len(), &listed[129]["asset"]), (130, &"shop-db.big.t129".into()));
    assert!(office.events() > 260);
    let all: String = (0..130).fold(String::new(), |all, number| format!("{all} shop-db.big.t{number:03}"));
    let id = office.made("mia", &format!("request create --env prod --purpose x --asset {all}"));
    office.ok("otto", &format!("request approve {id}"));
    assert_eq!(office.json("mia", "report access").len(), 130);
    let ended = office.json("olga", "source retire shop-db --yes");
    assert_eq!(ended.len(), 1 + 1 + 130);
    assert_eq!(office.json("mia", "sub list --state closed")[0]["state"], "closed (source retired)");
    assert!(office.json("mia", "asset list").is_empty());
    office.refused("olga", "asset publish shop-db.big.t000", 5, &["retired"]);
    office.ok("olga", "project archive shop --yes");
    office.refused("olga", "env add late --project shop", 5, &["archived"]);
}

#[tokio::test]
async fn what_was_altered_behind_our_back_fails_the_check() {
    let office = Office::new();
    office.ok("olga", "project add shop");
    office.ok("olga", "project add crm");
    assert_eq!(office.ok("auditor", "audit verify -o csv"), "record,fault\n");
    let edit = |sql: &str| {
        let connection = rusqlite::Connection::open(office.register()).unwrap();
        assert_eq!(connection.execute(sql, []).unwrap(), 1);
    };
    edit("UPDATE record SET body = replace(body, 'olga', 'evan') WHERE id = 'crm'");
    let ran = office.run("auditor", "audit verify -o csv");
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (1, "record,fault\nproject crm,project crm is not what its last event says\n")
    );
    edit("UPDATE record SET body = replace(body, 'evan', 'olga') WHERE id = 'crm'");
    assert_eq!(office.run("auditor", "audit verify").code, 0);
    edit("UPDATE event SET body = replace(body, 'project add crm', 'project add hrm') WHERE number = 2");
    let ran = office.run("auditor", "audit verify -o csv");
    assert_eq!((ran.code, ran.stdout.starts_with("record,fault\nevent 2,")), (1, true), "{ran:?}");
}

#[test]
fn a_register_is_its_owners_alone_and_the_actor_is_no_variable() {
    let office = Office::new();
    let ran = office.glaux.run(&["project", "add", "shop", "-o", "csv"]);
    let expected = format!("event,verb,record,id,version,actor\n1,project add,project,shop,1,{}\n", office.me);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, expected.as_str()), "{}", ran.stderr);
    let folder = office.folder.path().join("store");
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&folder), mode(&office.register())), (0o700, 0o600));
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
    office.refused("olga", "project list", 3, &["mode 0755", "chmod 700"]);
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700)).unwrap();
    let elsewhere = office.folder.path().join("elsewhere");
    let line = format!("project list --store 'local:{}'", elsewhere.display());
    office.refused("olga", &line, 4, &["there is no register in", "glaux project add NAME"]);
    assert!(!elsewhere.exists());
}

#[tokio::test]
async fn people_come_and_go_and_somebody_always_owns() {
    let office = Office::new();
    office.ok("olga", "project add shop");
    office.refused("olga", "project member shop @olga --remove", 5, &["no owner"]);
    office.refused("olga", "project member shop @olga", 5, &["no owner"]);
    office.refused("olga", "project member shop @otto --remove", 4, &["no member"]);
    office.ok("olga", "project member shop @otto --role owner");
    let again = office.run("olga", "project member shop @otto --role owner");
    assert_eq!((again.code, again.stdout.as_str()), (0, ""));
    office.ok("olga", "project add crm");
    office.refused("olga", "env add test", 2, &["[\"crm\", \"shop\"]", "--as PROJECT"]);
    office.ok("olga", "env add test --as crm");
    assert_eq!(office.json("olga", "env show test")[0]["project"], "crm");
    office.ok("otto", "project member shop @olga --remove");
    office.refused("olga", "project member shop @sam", 3, &["otto"]);
    assert_eq!(office.json("eve", "project show shop")[0]["owners"], office.name("otto"));
    let aws =
        "env add prod --account 123456789012 --region eu-central-1 --role arn:aws:iam::123456789012:role/workflow";
    office.refused("otto", aws, 2, &["--consumer-role"]);
    office.refused(
        "otto",
        &format!("{aws} --consumer-role arn:aws:iam::999999999999:role/reader"),
        2,
        &["no role of account"],
    );
    office.ok("otto", &format!("{aws} --consumer-role arn:aws:iam::123456789012:role/reader"));
    assert_eq!(office.json("otto", "env show prod")[0]["consumer_role"], "arn:aws:iam::123456789012:role/reader");
}

/// Where a person sits, access is taken away only after a yes.
#[test]
fn a_person_is_asked_before_access_is_taken_away() {
    let office = Office::new();
    office.ok("rita", "project add reports");
    office.ok("rita", "env add prod");
    for (answer, code, state) in [("\n", 2, "active"), ("n\n", 2, "active"), ("y\n", 0, "leaving")] {
        let (mut person, program) = terminal();
        let mut command = office.glaux.command(&["env", "remove", "prod", "--actor", "rita"]);
        let ours = || program.try_clone().unwrap();
        let mut child = command.stdin(ours()).stdout(ours()).stderr(ours()).spawn().unwrap();
        let mut shown = String::new();
        while !shown.contains("[y/N] ") {
            shown += &read(&mut person);
        }
        assert!(shown.contains("Remove environment prod and end 0 subscriptions"), "{shown}");
        std::io::Write::write_all(&mut person, answer.as_bytes()).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(code), "{answer:?}");
        assert_eq!(office.json("rita", "env show prod")[0]["state"], state);
    }
}

#[tokio::test]
async fn a_password_is_in_no_output_and_not_in_the_register() {
    let Some(database) = database(SHOP).await else { return };
    let password = database.password().expose();
    let mut office = Office::new().furnish(&database);
    let with = |url: &str| format!("source add other --project shop --url '{url}' --user someone");
    let hosted = database.url().replace("jdbc:postgresql://", "jdbc:postgresql://bob:hunter2@");
    for url in [
        format!("{}&user=bob&password=hunter2", database.url()),
        hosted,
        format!("{}&sslpassword=hunter2", database.url()),
    ] {
        office.refused("olga", &with(&url), 2, &[]);
    }
    office.refused("olga", "source add other --url x --user me --password hunter2", 2, &["--password"]);
    office.glaux = office.glaux.set("GLAUX_ADMIN_PASSWORD", "hunter2");
    office.refused("olga", &with(&database.url()), 6, &["connecting to source other"]);
    let mut all = Vec::new();
    for line in ["source test shop-db -vv", "source show shop-db", "asset map shop-db -vv", "audit export"] {
        let ran = office.run("olga", line);
        all.extend([ran.stdout, ran.stderr]);
    }
    for text in &all {
        assert!(!text.contains("hunter2") && !text.contains(password), "{text}");
    }
    let holds = |path: &Path, word: &str| {
        std::fs::read(path).unwrap().windows(word.len()).any(|window| window == word.as_bytes())
    };
    let store = office.folder.path().join("store");
    let files = |folder: &Path| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.filter(|path| path.is_file()).collect()
    };
    for path in files(&store) {
        assert!(!holds(&path, "hunter2") && !holds(&path, password), "{}", path.display());
    }
    // One file has it, for its owner's eyes only: that of the source that was added.
    let kept = files(&store.join("secrets"));
    let with: Vec<&PathBuf> = kept.iter().filter(|path| holds(path, password)).collect();
    assert_eq!(with.len(), 1, "{kept:?}");
    assert_eq!(std::fs::metadata(with[0]).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!kept.iter().any(|path| holds(path, "hunter2")), "of a log-in that failed nothing is kept");
    check_a_secret_of_another_place(&office, &database);
}

/// A secret that functions find is found here, too; it is named, and not copied.
fn check_a_secret_of_another_place(office: &Office, database: &Database) {
    let secrets = office.folder.path().join("secrets.json");
    let login =
        serde_json::json!({ "admin": { "username": database.user(), "password": database.password().expose() } });
    std::fs::write(&secrets, login.to_string()).unwrap();
    std::fs::set_permissions(&secrets, std::fs::Permissions::from_mode(0o600)).unwrap();
    let store = format!("local:{}", office.folder.path().join("store").display());
    let glaux = Glaux::bare().set("GLAUX_STORE", &store).set("glaux_secrets_file", secrets.to_str().unwrap());
    let url = database.url();
    let line = ["source", "add", "named", "--project", "shop", "--url", &url, "--secret", "admin", "--actor", "olga"];
    let ran = glaux.run(&line);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(glaux.run(&["source", "test", "named", "--actor", "olga"]).code, 0);
    let again = line.map(|word| if word == "named" { "shop-db" } else { word });
    let ran = glaux.run(&again);
    assert!(ran.code == 5 && ran.stderr.contains("already"), "{}", ran.stderr);
}
