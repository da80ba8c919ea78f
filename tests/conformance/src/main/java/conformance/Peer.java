package conformance;

import com.amazonaws.athena.connector.credentials.*;
import com.amazonaws.athena.connector.lambda.QueryStatusChecker;
import com.amazonaws.athena.connector.lambda.data.BlockAllocator;
import com.amazonaws.athena.connector.lambda.data.BlockWriter;
import com.amazonaws.athena.connector.lambda.data.SpillConfig;
import com.amazonaws.athena.connector.lambda.domain.Split;
import com.amazonaws.athena.connector.lambda.domain.TableName;
import com.amazonaws.athena.connector.lambda.domain.predicate.Constraints;
import com.amazonaws.athena.connector.lambda.handlers.CompositeHandler;
import com.amazonaws.athena.connector.lambda.metadata.*;
import com.amazonaws.athena.connector.lambda.records.ReadRecordsRequest;
import com.amazonaws.athena.connectors.jdbc.connection.*;
import com.amazonaws.athena.connectors.jdbc.manager.*;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.arrow.vector.types.pojo.Schema;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.services.athena.AthenaClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/** A connector as thin as AWS's own base classes allow: whole tables, one split, their SQL, their spilling. */
final class Peer {
    /** What differs between the databases; MySQL's driver is not among our dependencies, so whoever wants it puts it on the class path. */
    private enum Engine {
        POSTGRESQL("org.postgresql.Driver", 5432, "\"", 1000),
        MYSQL("com.mysql.cj.jdbc.Driver", 3306, "`", Integer.MIN_VALUE);

        final String driver;
        final int port;
        final String quote;
        /** Otherwise the driver holds the whole table; to MySQL's this one number says so. */
        final int fetchSize;

        Engine(String driver, int port, String quote, int fetchSize) {
            this.driver = driver;
            this.port = port;
            this.quote = quote;
            this.fetchSize = fetchSize;
        }

        static Engine of(String url) {
            return url.startsWith("jdbc:mysql:") ? MYSQL : POSTGRESQL;
        }

        String token() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private Peer() {}

    static CompositeHandler handler(String url, String user, String password, S3Client store, Map<String, String> settings) {
        Engine engine = Engine.of(url);
        DatabaseConnectionConfig config = new DatabaseConnectionConfig("default", engine.token(), url);
        JdbcConnectionFactory connections = new GenericJdbcConnectionFactory(config, Map.of(),
                new DatabaseConnectionInfo(engine.driver, engine.port));
        CredentialsProvider login = new StaticCredentialsProvider(new DefaultCredentials(user, password));
        return new CompositeHandler(new Metadata(config, connections, settings, login),
                new Records(engine, store, config, connections, settings, login));
    }

    private static final class Metadata extends JdbcMetadataHandler {
        private final CredentialsProvider login;

        Metadata(DatabaseConnectionConfig config, JdbcConnectionFactory connections, Map<String, String> settings,
                CredentialsProvider login) {
            super(config, connections, settings);
            this.login = login;
        }

        @Override
        public CredentialsProvider getCredentialProvider(AwsRequestOverrideConfiguration override) {
            return login;
        }

        @Override
        public Schema getPartitionSchema(String catalog) {
            return new Schema(List.of());
        }

        @Override
        public void getPartitions(BlockWriter writer, GetTableLayoutRequest request, QueryStatusChecker status) {}

        @Override
        public GetSplitsResponse doGetSplits(BlockAllocator allocator, GetSplitsRequest request) {
            Split split = Split.newBuilder(makeSpillLocation(request), makeEncryptionKey()).build();
            return new GetSplitsResponse(request.getCatalogName(), split);
        }
    }

    private static final class Records extends JdbcRecordHandler {
        private final Engine engine;
        private final CredentialsProvider login;
        private final JdbcSplitQueryBuilder builder;

        Records(Engine engine, S3Client store, DatabaseConnectionConfig config, JdbcConnectionFactory connections, Map<String, String> settings,
                CredentialsProvider login) {
            super(store, SecretsManagerClient.create(), AthenaClient.create(), config, connections, settings);
            this.engine = engine;
            this.login = login;
            this.builder = wholeTables(engine.quote);
        }

        @Override
        public CredentialsProvider getCredentialProvider(AwsRequestOverrideConfiguration override) {
            return login;
        }

        /**
         * With {@code spill_threads}, as many upload threads as it says. The SDK's two put what they stored into one list that is not
         * safe for them (2026.24.1: {@code S3BlockSpiller}, an {@code ArrayList} under a shared lock), so that a block can be
         * stored and never named, and its rows lost.
         */
        @Override
        protected SpillConfig getSpillConfig(ReadRecordsRequest request) {
            SpillConfig usual = super.getSpillConfig(request);
            if (!configOptions.containsKey("spill_threads")) {
                return usual;
            }
            return SpillConfig.newBuilder()
                    .withSpillLocation(usual.getSpillLocation())
                    .withEncryptionKey(usual.getEncryptionKey())
                    .withRequestId(usual.getRequestId())
                    .withMaxBlockBytes(usual.getMaxBlockBytes())
                    .withMaxInlineBlockBytes(usual.getMaxInlineBlockSize())
                    .withNumSpillThreads(Integer.parseInt(configOptions.get("spill_threads")))
                    .build();
        }

        private static JdbcSplitQueryBuilder wholeTables(String quote) {
            return new JdbcSplitQueryBuilder(quote) {
                @Override
                protected String getFromClauseWithSplit(String catalog, String schema, String table, Split split) {
                    return " FROM " + quote(schema) + "." + quote(table) + " ";
                }

                @Override
                protected List<String> getPartitionWhereClauses(Split split) {
                    return List.of();
                }
            };
        }

        @Override
        public PreparedStatement buildSplitSql(Connection connection, String catalog, TableName table, Schema schema,
                Constraints constraints, Split split) throws SQLException {
            PreparedStatement statement = builder.buildSql(connection, null, table.getSchemaName(), table.getTableName(), schema,
                    constraints, split);
            statement.setFetchSize(engine.fetchSize);
            return statement;
        }
    }
}
