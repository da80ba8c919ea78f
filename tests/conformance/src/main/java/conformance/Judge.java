package conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Answers JSON lines with JSON lines: one for each, in order, whatever happens. */
final class Judge {
    private Judge() {}

    static void run(InputStream in, PrintStream out) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            ObjectNode answer;
            String op = "";
            try {
                JsonNode request = Json.parse(line.getBytes(StandardCharsets.UTF_8));
                op = text(request, "op");
                answer = answer(op, request);
            } catch (Throwable e) {
                answer = failure(e);
            }
            out.write((Json.text(answer) + "\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
            if (op.equals("exit")) {
                return;
            }
        }
    }

    static ObjectNode answer(String op, JsonNode request) throws Exception {
        return switch (op) {
            case "read" -> read(number(request, "version"), text(request, "message"));
            case "write" -> write(number(request, "version"), need(request, "seed").asLong(), number(request, "count"));
            case "readSpill" -> Spill.read(number(request, "version"), text(request, "response"), Path.of(text(request, "root")));
            case "writeSpill" -> Spill.write(need(request, "seed").asLong(), Path.of(text(request, "root")),
                    text(request, "bucket"), text(request, "prefix"), need(request, "encrypted").asBoolean(),
                    need(request, "maxBlockSize").asLong(), number(request, "rows"));
            case "exit" -> Json.object().put("ok", true);
            default -> throw new IllegalArgumentException("unknown op " + op);
        };
    }

    static ObjectNode read(int version, String text) {
        Findings findings = new Findings();
        ObjectNode answer;
        try (Messages messages = new Messages(version)) {
            JsonNode tree = messages.inspect(text, findings);
            Object message = messages.read(text);
            String written = messages.write(message);
            if (tree != null) {
                Shape.compare(tree, Json.parse(written.getBytes(StandardCharsets.UTF_8)), findings);
            }
            answer = Json.object().put("ok", true).put("class", message.getClass().getSimpleName());
            answer.set("value", Describe.json(message));
            answer.put("written", written);
        } catch (Exception e) {
            answer = failure(e);
        }
        answer.set("findings", Json.strings(findings.all()));
        return answer;
    }

    static ObjectNode write(int version, long seed, int count) throws Exception {
        List<ObjectNode> all = new ArrayList<>();
        try (Messages messages = new Messages(version)) {
            Generate generate = new Generate(messages.allocator, version, seed);
            for (int i = 0; i < count; i++) {
                String text = messages.write(generate.message(i));
                // Described as read back: that is what any reader can know, for the wire drops part of some value sets.
                Object message = messages.read(text);
                ObjectNode one = Json.object().put("message", text).put("class", message.getClass().getSimpleName());
                all.add(one.set("value", Describe.json(message)));
            }
        }
        return Json.object().put("ok", true).set("messages", Json.array(all, one -> one));
    }

    private static ObjectNode failure(Throwable e) {
        StringBuilder error = new StringBuilder(e.toString());
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            error.append(" <- ").append(cause);
        }
        return Json.object().put("ok", false).put("error", error.toString());
    }

    private static JsonNode need(JsonNode request, String name) {
        if (!request.hasNonNull(name)) {
            throw new IllegalArgumentException("no " + name + " in the request");
        }
        return request.get(name);
    }

    private static String text(JsonNode request, String name) {
        return need(request, name).asText();
    }

    private static int number(JsonNode request, String name) {
        return need(request, name).asInt();
    }
}
