package conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/** The judge judged: by messages and objects of known meaning, by its own output, and by messages broken on purpose. */
final class SelfCheck {
    private final PrintStream out;
    private int passed;
    private int failed;

    private SelfCheck(PrintStream out) {
        this.out = out;
    }

    static boolean run(Path vectors, PrintStream out) throws Exception {
        SelfCheck check = new SelfCheck(out);
        check.section("vectors", () -> check.vectors(vectors));
        check.section("spill sets", () -> check.spills(vectors.resolve("spill")));
        check.section("generated messages", check::generated);
        check.section("generated spills", check::spilled);
        check.section("broken messages", check::broken);
        out.println("passed " + check.passed + " failed " + check.failed);
        out.flush();
        return check.failed == 0;
    }

    private void vectors(Path folder) throws IOException {
        for (int version = 2; version <= 6; version++) {
            JsonNode values = Json.parse(Files.readAllBytes(folder.resolve("v" + version + ".values.json")));
            for (Path file : files(folder.resolve("v" + version))) {
                String name = file.getFileName().toString().replace(".json", "");
                ObjectNode answer = Judge.read(version, Files.readString(file));
                if (name.equals("ReadRecordsResponse-no-columns")) { // the SDK writes it but cannot read it
                    verdict(version + "/" + name, !answer.get("ok").asBoolean() && answer.get("findings").size() == 1, answer);
                } else {
                    understood(version, name, answer, asRead(version, values.get(name)));
                }
            }
        }
    }

    /** The values were taken before writing, which drops what a version lacks and makes "all but null" of "nothing". */
    private static JsonNode asRead(int version, JsonNode value) {
        if (version < 4 && value.get("constraints") instanceof ObjectNode constraints) {
            constraints.put("limit", -1).putArray("expression");
            constraints.putArray("orderByClause");
        }
        JsonNode set = value.at("/constraints/summary/n_all_not_null");
        if (set instanceof ObjectNode flags) {
            flags.put("isNone", true);
        }
        return value;
    }

    private void understood(int version, String name, ObjectNode answer, JsonNode value) throws IOException {
        boolean right = clean(answer) && same(answer.get("value"), value);
        verdict(version + "/" + name, right && same(Judge.read(version, answer.get("written").asText()).get("value"), value), answer);
    }

    private void spills(Path folder) throws Exception {
        for (Path file : files(folder)) {
            if (!file.toString().endsWith(".rows.json")) {
                continue;
            }
            ObjectNode expected = (ObjectNode) Json.parse(Files.readAllBytes(file));
            expected.set("objects", expected.remove("blocks"));
            Path response = Path.of(file.toString().replace(".rows.json", ".json"));
            ObjectNode answer = Spill.read(5, Files.readString(response), folder.resolve("objects"));
            verdict(file.getFileName().toString(), same(answer, expected), answer);
        }
    }

    private void generated() throws Exception {
        for (int version = 2; version <= 6; version++) {
            for (JsonNode one : Judge.write(version, version, 380).get("messages")) {
                understood(version, one.get("class").asText(), Judge.read(version, one.get("message").asText()), one.get("value"));
            }
        }
    }

    private void spilled() throws Exception {
        Path root = Files.createTempDirectory("conformance");
        for (int seed = 0; seed < 20; seed++) {
            ObjectNode written = Spill.write(seed, root, "bucket", "prefix/" + seed, seed % 2 == 0, 1000, 40);
            ObjectNode answer = Spill.read(5, written.get("response").asText(), root);
            List<JsonNode> rows = written.get("objects").findValues("rows");
            verdict("spill " + seed, clean(answer) && rows.size() > 1 && rows.equals(answer.get("objects").findValues("rows")), answer);
        }
        ObjectNode clear = Spill.write(1, root, "bucket", "prefix", false, 1000, 40);
        Files.write(root.resolve("bucket/prefix.0"), new byte[8], StandardOpenOption.APPEND);
        ObjectNode answer = Spill.read(5, clear.get("response").asText().replace("prefix.1", "prefix.0"), root);
        verdict("broken spill", answer.get("findings").toString().matches(".*8 bytes after the message.*does not end in .1.*"), answer);
        try (Stream<Path> all = Files.walk(root)) {
            all.sorted((a, b) -> b.compareTo(a)).forEach(path -> path.toFile().delete());
        }
    }

    private void broken() throws Exception {
        for (Broken.Case one : Broken.cases()) {
            ObjectNode answer = Judge.read(one.version(), one.message());
            verdict("broken: " + one.finding(), answer.get("findings").toString().contains(one.finding()), answer);
        }
    }

    private static boolean clean(ObjectNode answer) {
        return answer.get("ok").asBoolean() && answer.get("findings").isEmpty();
    }

    /** By way of text, since a long and an int of one value differ in memory. */
    private static boolean same(JsonNode one, JsonNode other) throws IOException {
        return Json.MAPPER.readTree(Json.text(one)).equals(Json.MAPPER.readTree(Json.text(other)));
    }

    private void verdict(String name, boolean right, ObjectNode answer) {
        if (right) {
            passed++;
        } else {
            failed++;
            out.println("FAILED " + name + " " + answer.path("error").asText() + " " + answer.path("findings"));
        }
    }

    private void section(String name, Section section) throws Exception {
        int before = passed + failed;
        section.run();
        out.println(passed + failed - before + " " + name);
    }

    private interface Section {
        void run() throws Exception;
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(Files::isRegularFile).sorted().toList();
        }
    }
}
