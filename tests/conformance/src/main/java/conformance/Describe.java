package conformance;

import com.amazonaws.athena.connector.lambda.data.Block;
import com.amazonaws.athena.connector.lambda.domain.predicate.Marker;
import com.amazonaws.athena.connector.lambda.domain.predicate.ValueSet;
import com.amazonaws.athena.connector.lambda.domain.predicate.expression.FederationExpression;
import com.amazonaws.athena.connector.lambda.request.FederationRequest;
import com.amazonaws.athena.connector.lambda.request.FederationResponse;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.base.CaseFormat;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.arrow.vector.types.pojo.*;

/** What an SDK message means, as JSON that two implementations can compare. */
final class Describe {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** Class, then what is told of it: the name of a property, and after = the name the SDK has for it. */
    private static final Map<String, String> PROPERTIES = """
            PingRequest identity catalogName queryId
            PingResponse catalogName queryId sourceType capabilities serDeVersion
            ListSchemasRequest identity queryId catalogName
            ListSchemasResponse catalogName schemas
            ListTablesRequest identity queryId catalogName schemaName nextToken pageSize
            ListTablesResponse catalogName tables nextToken
            GetTableRequest identity queryId catalogName tableName queryPassthroughArguments
            GetTableResponse catalogName tableName schema partitionColumns
            GetTableLayoutRequest identity queryId catalogName tableName constraints schema partitionColumns=partitionCols
            GetTableLayoutResponse catalogName tableName partitions
            GetSplitsRequest identity queryId catalogName tableName partitions partitionColumns=partitionCols constraints continuationToken
            GetSplitsResponse catalogName splits continuationToken
            ReadRecordsRequest identity queryId catalogName tableName schema split constraints maxBlockSize maxInlineBlockSize
            ReadRecordsResponse catalogName records
            RemoteReadRecordsResponse catalogName schema remoteBlocks encryptionKey
            UserDefinedFunctionRequest identity inputRecords outputSchema methodName functionType
            UserDefinedFunctionResponse records methodName
            GetDataSourceCapabilitiesRequest identity queryId catalogName
            GetDataSourceCapabilitiesResponse catalogName capabilities
            OptimizationSubType subType properties
            FederatedIdentity account arn tags=principalTags groups=iamGroups configOptions
            TableName schemaName tableName
            Split spillLocation encryptionKey properties
            S3SpillLocation bucket key directory
            EncryptionKey key nonce
            Constraints summary expression orderByClause limit queryPassthroughArguments queryPlan
            OrderByField columnName direction
            QueryPlan substraitVersion substraitPlan
            SortedRangeSet type nullAllowed ranges=orderedRanges
            EquatableValueSet type nullAllowed whiteList values=valueBlock
            AllOrNoneValueSet type nullAllowed isAll=all isNone=none
            Range low high
            FunctionCallExpression type function=functionName arguments
            VariableExpression type column=columnName
            ConstantExpression type values""".lines().map(line -> line.split(" ", 2)).collect(Collectors.toMap(p -> p[0], p -> p[1]));

    private Describe() {}

    static JsonNode json(Object value) {
        if (value == null) {
            return NODES.nullNode();
        } else if (value instanceof Boolean flag) {
            return NODES.booleanNode(flag);
        } else if (value instanceof Number number) {
            return NODES.numberNode(number.longValue());
        } else if (value instanceof byte[] bytes) {
            return NODES.binaryNode(bytes);
        } else if (value instanceof Enum<?> constant) {
            return NODES.textNode(constant.name());
        } else if (value instanceof String || value instanceof ArrowType) {
            return NODES.textNode(value.toString());
        } else if (value instanceof Map<?, ?> map) {
            ObjectNode out = Json.object();
            map.forEach((key, item) -> out.set(key.toString(), json(item)));
            return out;
        } else if (value instanceof Iterable<?> items) {
            return Json.array(items, Describe::json);
        } else if (value instanceof Schema schema) {
            return schema(schema);
        } else if (value instanceof Block block) {
            return block(block);
        } else if (value instanceof Marker marker) {
            return marker(marker);
        }
        return object(value);
    }

    private static JsonNode object(Object value) {
        String name = value.getClass().getSimpleName();
        if (name.equals("FunctionName")) {
            return json(get(value, "functionName"));
        }
        ObjectNode out = Json.object();
        if (value instanceof FederationRequest || value instanceof FederationResponse) {
            out.put("class", name);
        } else if (value instanceof ValueSet || value instanceof FederationExpression) {
            out.put("kind", name);
        }
        for (String property : PROPERTIES.get(name).split(" ")) {
            String[] names = property.split("=");
            Object item = get(value, names[names.length - 1]);
            // A block of constants is told as its values; only the data of a message has a schema worth telling.
            boolean constants = names[0].equals("values") && item != null;
            out.set(names[0], constants ? Cells.column((Block) item) : json(item));
        }
        return out;
    }

    private static Object get(Object value, String property) {
        String name = CaseFormat.LOWER_CAMEL.to(CaseFormat.UPPER_CAMEL, property);
        try {
            for (Method method : value.getClass().getMethods()) {
                if (method.getParameterCount() == 0 && (method.getName().equals("get" + name) || method.getName().equals("is" + name))) {
                    return method.invoke(value);
                }
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
        throw new IllegalStateException(value.getClass() + " has no " + property);
    }

    private static ObjectNode schema(Schema schema) {
        ObjectNode out = Json.object();
        out.set("fields", Json.array(schema.getFields(), Describe::field));
        return out.set("metadata", json(schema.getCustomMetadata()));
    }

    private static ObjectNode field(Field field) {
        ObjectNode out = Json.object().put("name", field.getName()).put("type", field.getType().toString())
                .put("nullable", field.isNullable());
        return field.getChildren().isEmpty() ? out : out.set("children", Json.array(field.getChildren(), Describe::field));
    }

    private static ObjectNode block(Block block) {
        ObjectNode out = Json.object();
        out.set("schema", schema(block.getSchema()));
        out.put("rowCount", block.getRowCount()).put("bytes", block.getSize());
        return out.set("rows", Cells.rows(block));
    }

    private static ObjectNode marker(Marker marker) {
        ObjectNode out = Json.object().put("bound", marker.getBound().name());
        return marker.isNullValue() ? out.put("unbounded", true)
                : out.set("value", Cells.column(marker.getValueBlock()).get(0));
    }
}
