package conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.*;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Field names, their order and the kinds of their values, against what the SDK writes for the same message. */
final class Shape {
    /** Objects whose keys are data, so that their order means nothing. */
    private static final Set<String> MAPS = Set.of("tags", "configOptions", "properties", "summary", "capabilities",
            "queryPassthroughArguments");

    private Shape() {}

    static void compare(JsonNode ours, JsonNode theirs, Findings findings) {
        compare("", ours, theirs, findings);
    }

    private static void compare(String name, JsonNode ours, JsonNode theirs, Findings findings) {
        if (ours.getNodeType() != theirs.getNodeType()) {
            findings.add("is " + ours.getNodeType() + ", the SDK writes " + theirs.getNodeType());
        } else if (ours.isObject()) {
            List<String> names = names(ours);
            List<String> expected = names(theirs);
            boolean same = MAPS.contains(name) ? new HashSet<>(names).equals(new HashSet<>(expected)) : names.equals(expected);
            findings.expect(same, "fields " + names + ", the SDK writes " + expected);
            names.stream().filter(theirs::has).forEach(n -> compare(n, ours.get(n), theirs.get(n), findings.at(n)));
        } else if (ours.isArray()) {
            findings.expect(ours.size() == theirs.size(), ours.size() + " elements, the SDK writes " + theirs.size());
            Function<JsonNode, JsonNode> twin = name.equals("splits") ? byLocation(theirs) : null;
            for (int i = 0; i < Math.min(ours.size(), theirs.size()); i++) {
                JsonNode other = twin == null ? theirs.get(i) : twin.apply(ours.get(i));
                if (other != null) {
                    compare("", ours.get(i), other, findings.at(Integer.toString(i)));
                }
            }
        }
    }

    /** Splits are a set: the SDK may write them in another order, and one with a key is no twin of one without. */
    private static Function<JsonNode, JsonNode> byLocation(JsonNode splits) {
        Map<String, JsonNode> known = new HashMap<>();
        splits.forEach(split -> known.put(split.at("/spillLocation/key").asText(), split));
        return split -> known.get(split.at("/spillLocation/key").asText());
    }

    private static List<String> names(JsonNode object) {
        Iterable<String> names = object::fieldNames;
        return StreamSupport.stream(names.spliterator(), false).collect(Collectors.toList());
    }
}
