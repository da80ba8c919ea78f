package conformance;

import com.amazonaws.athena.connector.lambda.data.BlockAllocator;
import com.amazonaws.athena.connector.lambda.data.BlockAllocatorImpl;
import com.amazonaws.athena.connector.lambda.request.FederationRequest;
import com.amazonaws.athena.connector.lambda.request.FederationResponse;
import com.amazonaws.athena.connector.lambda.serde.VersionedObjectMapperFactory;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.*;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/** Messages of one serde version, read and written by the SDK's own mapper, and what it lets pass. */
final class Messages implements AutoCloseable {
    private static final ObjectMapper LENIENT = new ObjectMapper();

    /** A fixed id, because it is written into every block and output must depend on the input alone. */
    final BlockAllocator allocator = new BlockAllocatorImpl("conformance");
    final int version;
    private final ObjectMapper mapper;

    Messages(int version) {
        this.version = version;
        this.mapper = VersionedObjectMapperFactory.create(allocator, version);
    }

    Object read(String message) throws IOException {
        byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
        boolean request = LENIENT.readTree(bytes).path("@type").asText().endsWith("Request");
        // Only the abstract classes carry the reader that chooses by @type.
        Class<?> root = request ? FederationRequest.class : FederationResponse.class;
        return mapper.readValue(bytes, root);
    }

    String write(Object message) throws IOException {
        return mapper.writeValueAsString(message);
    }

    @Override
    public void close() {
        allocator.close();
    }

    /** Adds what can be said of the text alone, so that it is known even where the SDK refuses the message. */
    JsonNode inspect(String message, Findings findings) {
        try {
            JsonNode tree = Json.parse(message.getBytes(StandardCharsets.UTF_8));
            findings.expect(!message.startsWith("\uFEFF"), "begins with a byte order mark");
            payloads(tree, findings);
            names(tree, findings);
            return tree;
        } catch (IOException e) {
            findings.add("no strict JSON: " + e.getMessage());
            return null;
        }
    }

    private void payloads(JsonNode node, Findings findings) {
        if (node.isObject() && node.path("schema").isTextual() && node.has("records")) {
            block((ObjectNode) node, findings);
        } else if (node.isObject()) {
            node.properties().forEach(field -> {
                Findings here = findings.at(field.getKey());
                if (field.getKey().matches("schema|outputSchema") && field.getValue().isTextual()) {
                    schema(field.getValue(), here);
                } else {
                    payloads(field.getValue(), here);
                }
            });
        } else if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                payloads(node.get(i), findings.at(Integer.toString(i)));
            }
        }
    }

    private Schema schema(JsonNode base64, Findings findings) {
        try {
            return Wire.schema(Base64.getDecoder().decode(base64.asText()), version >= 3, findings);
        } catch (RuntimeException e) {
            findings.add("unreadable: " + e);
            return null;
        }
    }

    private void block(ObjectNode block, Findings findings) {
        Schema schema = schema(block.get("schema"), findings.at("schema"));
        String records = block.get("records").asText();
        if (schema == null || records.isEmpty()) {
            return;
        }
        try {
            Wire.batch(Base64.getDecoder().decode(records), schema, version >= 3, findings.at("records"));
        } catch (RuntimeException e) {
            findings.at("records").add("unreadable: " + e);
        }
    }

    /** Athena knows lower case only, in what a connector says exists. */
    private void names(JsonNode tree, Findings findings) {
        switch (tree.path("@type").asText()) {
            case "ListSchemasResponse" -> tree.path("schemas").forEach(name -> lower(name, findings));
            case "ListTablesResponse" -> tree.path("tables").forEach(table -> table.forEach(name -> lower(name, findings)));
            case "GetTableResponse" -> {
                Schema schema = schema(tree.path("schema"), new Findings());
                List<Field> columns = schema == null ? List.of() : schema.getFields();
                columns.forEach(column -> lower(TextNode.valueOf(column.getName()), findings));
            }
            default -> { }
        }
    }

    private static void lower(JsonNode name, Findings findings) {
        findings.expect(name.asText().equals(name.asText().toLowerCase(Locale.ROOT)), name + " is not lower case");
    }
}
