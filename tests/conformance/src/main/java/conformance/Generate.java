package conformance;

import com.amazonaws.athena.connector.lambda.data.Block;
import com.amazonaws.athena.connector.lambda.data.BlockAllocator;
import com.amazonaws.athena.connector.lambda.domain.*;
import com.amazonaws.athena.connector.lambda.domain.predicate.*;
import com.amazonaws.athena.connector.lambda.domain.predicate.expression.*;
import com.amazonaws.athena.connector.lambda.domain.predicate.functions.FunctionName;
import com.amazonaws.athena.connector.lambda.domain.spill.*;
import com.amazonaws.athena.connector.lambda.metadata.*;
import com.amazonaws.athena.connector.lambda.metadata.optimizations.OptimizationSubType;
import com.amazonaws.athena.connector.lambda.records.*;
import com.amazonaws.athena.connector.lambda.request.*;
import com.amazonaws.athena.connector.lambda.security.*;
import com.amazonaws.athena.connector.lambda.udf.*;
import java.util.*;
import java.util.function.Supplier;
import org.apache.arrow.vector.types.pojo.*;

/** Random but valid messages of one serde version; the n-th is of the n-th kind, round and round. */
final class Generate {
    private static final ArrowType BOOL = new ArrowType.Bool();
    private static final ArrowType INT = new ArrowType.Int(32, true);

    private final BlockAllocator allocator;
    private final int version;
    private final Chance chance;
    private final List<Supplier<Object>> kinds = new ArrayList<>();

    Generate(BlockAllocator allocator, int version, long seed) {
        this.allocator = allocator;
        this.version = version;
        this.chance = new Chance(seed);
        requests();
        responses();
    }

    Object message(int n) {
        return kinds.get(n % kinds.size()).get();
    }

    private void requests() {
        kinds.add(() -> new PingRequest(identity(), chance.word(), chance.word()));
        kinds.add(() -> new ListSchemasRequest(identity(), chance.word(), chance.word()));
        kinds.add(() -> new ListTablesRequest(identity(), chance.word(), chance.word(), chance.word(), token(), chance.pick(-1, 1, 50)));
        kinds.add(() -> new GetTableRequest(identity(), chance.word(), chance.word(), table(), passthrough()));
        kinds.add(() -> {
            Schema schema = chance.schema(6, 2);
            return new GetTableLayoutRequest(identity(), chance.word(), chance.word(), table(), constraints(schema), schema,
                    columns(schema));
        });
        kinds.add(() -> {
            Schema schema = chance.schema(4, 0);
            return new GetSplitsRequest(identity(), chance.word(), chance.word(), table(), block(schema),
                    List.copyOf(columns(schema)), constraints(schema), token());
        });
        kinds.add(() -> {
            Schema schema = chance.schema(6, 2);
            return new ReadRecordsRequest(identity(), chance.word(), chance.word(), table(), schema, split(), constraints(schema),
                    16_000_000, chance.pick(0L, 5_242_880L));
        });
        kinds.add(() -> new UserDefinedFunctionRequest(identity(), block(chance.schema(3, 2)), chance.schema(1, 1), chance.word(),
                UserDefinedFunctionType.SCALAR));
        if (version >= 4) {
            kinds.add(() -> new GetDataSourceCapabilitiesRequest(identity(), chance.word(), chance.word()));
        }
    }

    private void responses() {
        kinds.add(() -> new PingResponse(chance.word(), chance.word(), chance.word(), 24, version));
        kinds.add(() -> new ListSchemasResponse(chance.word(), chance.some(4, i -> chance.word())));
        kinds.add(() -> new ListTablesResponse(chance.word(), chance.some(4, i -> table()), token()));
        kinds.add(() -> {
            Schema schema = chance.schema(8, 3);
            return new GetTableResponse(chance.word(), table(), schema, columns(schema));
        });
        kinds.add(() -> new GetTableLayoutResponse(chance.word(), table(), block(chance.schema(3, 0))));
        kinds.add(() -> new GetSplitsResponse(chance.word(), new LinkedHashSet<>(chance.some(4, i -> split())), token()));
        kinds.add(() -> new ReadRecordsResponse(chance.word(), block(chance.schema(8, 3))));
        kinds.add(() -> new RemoteReadRecordsResponse(chance.word(), chance.schema(4, 2),
                chance.some(4, i -> (SpillLocation) new S3SpillLocation(chance.word(), chance.word() + "." + i, false)), key()));
        kinds.add(() -> new UserDefinedFunctionResponse(block(chance.schema(1, 2)), chance.word()));
        if (version >= 4) {
            kinds.add(() -> new GetDataSourceCapabilitiesResponse(chance.word(), capabilities()));
        }
    }

    private FederatedIdentity identity() {
        return new FederatedIdentity("arn:aws:iam::111122223333:user/" + chance.word(), "111122223333",
                chance.words(2, chance::text), chance.some(2, i -> chance.word()), chance.words(2, chance::text));
    }

    private TableName table() {
        return new TableName(chance.word(), chance.word());
    }

    private String token() {
        return chance.nextBoolean() ? null : chance.text();
    }

    private Block block(Schema schema) {
        return chance.block(allocator, schema, chance.pick(0, 1, 3, 9, 20));
    }

    private Set<String> columns(Schema schema) {
        Set<String> names = new LinkedHashSet<>();
        schema.getFields().stream().filter(field -> chance.oneIn(3)).forEach(field -> names.add(field.getName()));
        return names;
    }

    private Map<String, String> passthrough() {
        return version < 5 || chance.nextBoolean() ? Map.of()
                : new TreeMap<>(Map.of("schemaFunctionName", "SYSTEM.QUERY", "QUERY", "SELECT '" + chance.text() + "'"));
    }

    private EncryptionKey key() {
        return chance.oneIn(3) ? null : new EncryptionKey(chance.bytes(chance.pick(16, 32)), chance.bytes(12));
    }

    private Split split() {
        S3SpillLocation folder = new S3SpillLocation(chance.word(), chance.word() + "/" + chance.word(), true);
        return new Split(folder, key(), chance.words(3, chance::text));
    }

    private Map<String, List<OptimizationSubType>> capabilities() {
        Map<String, List<OptimizationSubType>> all = new TreeMap<>();
        chance.some(3, i -> all.put(chance.word(), chance.some(3, j ->
                new OptimizationSubType(chance.word(), chance.some(3, k -> chance.word())))));
        return all;
    }

    private Constraints constraints(Schema schema) {
        Map<String, ValueSet> summary = new TreeMap<>();
        schema.getFields().stream().filter(field -> chance.oneIn(2)).forEach(field -> summary.put(field.getName(), valueSet(field)));
        if (version < 4) {
            return new Constraints(summary, List.of(), List.of(), Constraints.DEFAULT_NO_LIMIT, Map.of(), null);
        }
        List<OrderByField> order = chance.some(2, i -> new OrderByField(chance.word(), chance.pick(OrderByField.Direction.values())));
        QueryPlan plan = version < 6 || chance.nextBoolean() ? null : new QueryPlan("0.65.0", "c3Vic3RyYWl0");
        return new Constraints(summary, chance.some(2, i -> condition(2)), order, chance.pick(-1L, 0L, 10L, 1L << 40), passthrough(), plan);
    }

    private ValueSet valueSet(Field field) {
        ArrowType type = field.getType();
        if (type.isComplex() || chance.oneIn(4)) {
            return new AllOrNoneValueSet(type, chance.nextBoolean(), chance.nextBoolean());
        } else if (chance.oneIn(3)) {
            return new EquatableValueSet(values(type, chance.nextInt(4)), chance.nextBoolean(), chance.nextBoolean());
        }
        SortedRangeSet.Builder ranges = SortedRangeSet.newBuilder(type, chance.nextBoolean());
        ranges.addAll(chance.some(3, i -> range(type)));
        return ranges.build();
    }

    private Range range(ArrowType type) {
        Marker one = new Marker(values(type, 1), Marker.Bound.EXACTLY, false);
        Marker two = new Marker(values(type, 1), Marker.Bound.EXACTLY, false);
        Marker low = one.compareTo(two) <= 0 ? one : two;
        Marker high = low == one ? two : one;
        boolean point = low.compareTo(high) == 0; // which must be taken in on both sides
        Marker.Bound above = point ? Marker.Bound.EXACTLY : chance.pick(Marker.Bound.EXACTLY, Marker.Bound.ABOVE);
        Marker.Bound below = point ? Marker.Bound.EXACTLY : chance.pick(Marker.Bound.EXACTLY, Marker.Bound.BELOW);
        return new Range(
                chance.oneIn(4) ? Marker.lowerUnbounded(allocator, type) : new Marker(low.getValueBlock(), above, false),
                chance.oneIn(4) ? Marker.upperUnbounded(allocator, type) : new Marker(high.getValueBlock(), below, false));
    }

    /** The one column of a value block must be called col1, and holds no null. */
    private Block values(ArrowType type, int rows) {
        Block block = allocator.createBlock(new Schema(List.of(Field.nullable("col1", type))));
        for (int row = 0; row < rows; row++) {
            chance.value(block.getFieldVectors().get(0), row);
        }
        block.setRowCount(rows);
        return block;
    }

    private FederationExpression condition(int depth) {
        if (depth > 0 && chance.nextBoolean()) {
            return call(BOOL, chance.pick("$and", "$or"), condition(depth - 1), condition(depth - 1));
        }
        ArrowType type = chance.scalar();
        return switch (chance.nextInt(5)) {
            case 0 -> call(BOOL, "$not", call(BOOL, "$is_null", variable(type)));
            case 1 -> call(BOOL, "$in", variable(type), new ConstantExpression(values(type, 1 + chance.nextInt(3)), type));
            case 2 -> call(BOOL, "$in", variable(type), call(new ArrowType.List(), "$array", constant(type), constant(type)));
            case 3 -> call(BOOL, chance.pick("$equal", "$less_than", "$is_distinct_from"),
                    call(INT, chance.pick("$add", "$modulus"), variable(INT), constant(INT)), constant(INT));
            default -> call(BOOL, chance.pick("$not_equal", "$greater_than_or_equal", "$is_distinct_from"), variable(type), constant(type));
        };
    }

    private FederationExpression call(ArrowType type, String name, FederationExpression... arguments) {
        return new FunctionCallExpression(type, new FunctionName(name), List.of(arguments));
    }

    private FederationExpression variable(ArrowType type) {
        return new VariableExpression(chance.word(), type);
    }

    private FederationExpression constant(ArrowType type) {
        Block block = chance.oneIn(6) ? chance.block(allocator, new Schema(List.of(new Field("col1", FieldType.nullable(type), null))), 1)
                : values(type, 1);
        return new ConstantExpression(block, type);
    }
}
