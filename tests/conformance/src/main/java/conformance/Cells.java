package conformance;

import com.amazonaws.athena.connector.lambda.data.Block;
import com.amazonaws.athena.connector.lambda.data.TimeZoneKey;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.*;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.TimeStampMilliTZVector;
import org.apache.arrow.vector.complex.*;

/** The values of Arrow vectors as JSON, without loss. */
final class Cells {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private Cells() {}

    static ArrayNode rows(Block block) {
        ArrayNode rows = NODES.arrayNode();
        for (int row = 0; row < block.getRowCount(); row++) {
            rows.add(row(block, row));
        }
        return rows;
    }

    static ObjectNode row(Block block, int row) {
        ObjectNode out = NODES.objectNode();
        block.getFieldVectors().forEach(vector -> out.set(vector.getName(), cell(vector, row)));
        return out;
    }

    /** The only column of a block, which constants are free to name as they like. */
    static ArrayNode column(Block block) {
        return slice(block.getFieldVectors().get(0), 0, block.getRowCount());
    }

    private static ArrayNode slice(FieldVector vector, int from, int to) {
        ArrayNode out = NODES.arrayNode();
        for (int i = from; i < to; i++) {
            out.add(cell(vector, i));
        }
        return out;
    }

    static JsonNode cell(FieldVector vector, int row) {
        if (vector.isNull(row)) {
            return NODES.nullNode();
        }
        if (vector instanceof MapVector map) {
            return entries(map, row);
        }
        if (vector instanceof ListVector list) {
            return slice(list.getDataVector(), list.getElementStartIndex(row), list.getElementEndIndex(row));
        }
        if (vector instanceof StructVector struct) {
            ObjectNode out = NODES.objectNode();
            struct.getChildrenFromFields().forEach(child -> out.set(child.getName(), cell(child, row)));
            return out;
        }
        if (vector instanceof DateDayVector date) {
            return NODES.textNode(LocalDate.ofEpochDay(date.get(row)).toString());
        }
        if (vector instanceof TimeStampMilliTZVector time) {
            return zoned(time.get(row));
        }
        return scalar(vector.getObject(row));
    }

    private static ArrayNode entries(MapVector map, int row) {
        StructVector entries = (StructVector) map.getDataVector();
        ArrayNode out = NODES.arrayNode();
        for (int i = map.getElementStartIndex(row); i < map.getElementEndIndex(row); i++) {
            out.addArray().add(cell(entries.getChildrenFromFields().get(0), i)).add(cell(entries.getChildrenFromFields().get(1), i));
        }
        return out;
    }

    /** Presto's packing: milliseconds above, twelve bits of zone below. */
    private static ObjectNode zoned(long packed) {
        return NODES.objectNode().put("packed", packed).put("utc", Instant.ofEpochMilli(packed >> 12).toString())
                .put("zone", TimeZoneKey.getTimeZoneKey((short) (packed & 0xFFF)).getId());
    }

    private static JsonNode scalar(Object value) {
        if (value instanceof Boolean flag) {
            return NODES.booleanNode(flag);
        }
        if (value instanceof Float || value instanceof Double) {
            double number = ((Number) value).doubleValue();
            return Double.isFinite(number) ? NODES.numberNode(number) : NODES.textNode(Double.toString(number));
        }
        if (value instanceof BigDecimal decimal) {
            return NODES.textNode(decimal.toPlainString());
        }
        if (value instanceof Number number) {
            return NODES.numberNode(number.longValue());
        }
        return value instanceof byte[] bytes ? NODES.binaryNode(bytes) : NODES.textNode(value.toString());
    }
}
