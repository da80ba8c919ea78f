package conformance;

import com.amazonaws.athena.connector.lambda.data.*;
import com.amazonaws.athena.connector.lambda.domain.predicate.ConstraintEvaluator;
import com.amazonaws.athena.connector.lambda.domain.spill.S3SpillLocation;
import com.amazonaws.athena.connector.lambda.domain.spill.SpillLocation;
import com.amazonaws.athena.connector.lambda.records.RemoteReadRecordsResponse;
import com.amazonaws.athena.connector.lambda.security.AesGcmBlockCrypto;
import com.amazonaws.athena.connector.lambda.security.EncryptionKey;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.types.pojo.Schema;

/** Results in objects: read and written by the SDK's own reader and spiller, in a folder. */
final class Spill {
    private Spill() {}

    static ObjectNode read(int version, String text, Path root) throws Exception {
        Findings findings = new Findings();
        try (Messages messages = new Messages(version)) {
            messages.inspect(text, findings);
            RemoteReadRecordsResponse response = (RemoteReadRecordsResponse) messages.read(text);
            ArrayNode objects = Json.array(List.of(), Describe::json);
            for (SpillLocation location : response.getRemoteBlocks()) {
                int n = objects.size();
                objects.add(object(messages, response, (S3SpillLocation) location, root, n, findings.at("object").at("" + n)));
            }
            ObjectNode answer = Json.object().put("ok", true);
            answer.set("encryptionKey", Describe.json(response.getEncryptionKey()));
            answer.set("schema", Describe.json(response.getSchema()));
            answer.set("objects", objects);
            return answer.set("findings", Json.strings(findings.all()));
        }
    }

    private static ObjectNode object(Messages messages, RemoteReadRecordsResponse response, S3SpillLocation location,
            Path root, int n, Findings findings) throws Exception {
        findings.expect(!location.isDirectory(), "is named as a directory");
        findings.expect(location.getKey().endsWith("." + n), "key " + location.getKey() + " does not end in ." + n);
        EncryptionKey key = response.getEncryptionKey();
        FolderS3 store = new FolderS3(root);
        byte[] stored = Files.readAllBytes(store.path(location.getBucket(), location.getKey()));
        byte[] clear = key == null ? stored : new AesGcmBlockCrypto(messages.allocator).decrypt(key, stored);
        findings.expect(stored.length == clear.length + (key == null ? 0 : 16), stored.length + " bytes for " + clear.length);
        ObjectNode out = Json.object();
        out.set("location", Describe.json(location));
        out.put("objectBytes", stored.length).put("clearBytes", clear.length);
        out.set("wire", Wire.batch(clear, response.getSchema(), false, findings));
        Block block = new S3BlockSpillReader(store, messages.allocator).read(location, key, response.getSchema());
        return out.put("rowCount", block.getRowCount()).set("rows", Cells.rows(block));
    }

    static ObjectNode write(long seed, Path root, String bucket, String prefix, boolean encrypted, long maxBlockSize, int rows)
            throws Exception {
        Chance chance = new Chance(seed);
        Schema schema = chance.schema(8, 3);
        EncryptionKey key = encrypted ? new EncryptionKey(chance.bytes(chance.pick(16, 32)), chance.bytes(12)) : null;
        SpillConfig config = SpillConfig.newBuilder().withSpillLocation(new S3SpillLocation(bucket, prefix, true))
                .withEncryptionKey(key).withRequestId(prefix).withMaxBlockBytes(maxBlockSize).withMaxInlineBlockBytes(0)
                .withNumSpillThreads(0).build(); // in this thread, so that objects come in order
        ArrayNode expected = Json.array(List.of(), Describe::json);
        try (Messages messages = new Messages(5); S3BlockSpiller spiller = new S3BlockSpiller(new FolderS3(root), config,
                messages.allocator, schema, ConstraintEvaluator.emptyEvaluator(), Map.of())) {
            for (int i = 0; i < rows; i++) {
                spiller.writeRows((block, row) -> {
                    chance.row(block, row);
                    expected.add(Cells.row(block, row));
                    return 1;
                });
            }
            String text = messages.write(new RemoteReadRecordsResponse("catalog", schema, spiller.getSpillLocations(), key));
            ObjectNode answer = Json.object().put("ok", true).put("response", text);
            return answer.set("objects", cut(expected, read(5, text, root)));
        }
    }

    /** The rows as they were written, cut to the objects' lengths. */
    private static ArrayNode cut(ArrayNode rows, ObjectNode read) {
        int[] next = {0};
        return Json.array(read.get("objects"), object -> {
            ObjectNode out = Json.object();
            out.set("location", object.get("location"));
            ArrayNode own = out.putArray("rows");
            for (int i = object.get("rowCount").asInt(); i > 0; i--) {
                own.add(rows.get(next[0]++));
            }
            return out;
        });
    }
}
