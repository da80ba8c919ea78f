package conformance;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.*;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.*;
import java.io.IOException;
import java.util.function.Function;

/** Plain JSON, as a strict reader sees it: no key twice, nothing after the root. */
final class Json {
    static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
            .build();

    private Json() {}

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    static <T> ArrayNode array(Iterable<? extends T> items, Function<? super T, ? extends JsonNode> each) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        items.forEach(item -> array.add(each.apply(item)));
        return array;
    }

    static ArrayNode strings(Iterable<String> items) {
        return array(items, JsonNodeFactory.instance::textNode);
    }

    static JsonNode parse(byte[] text) throws IOException {
        return MAPPER.readTree(text);
    }

    static String text(JsonNode node) {
        try {
            return MAPPER.writeValueAsString(node);
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
