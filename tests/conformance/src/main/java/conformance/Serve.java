package conformance;

import com.amazonaws.athena.connector.lambda.handlers.CompositeHandler;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.*;
import java.util.concurrent.Executors;
import software.amazon.awssdk.services.s3.S3Client;

/** The peer behind Lambda's Invoke API, with no AWS behind it. */
final class Serve {
    private static final String INVOKE = "/2015-03-31/functions/";

    private Serve() {}

    static void run(String[] args, PrintStream out) throws IOException {
        Map<String, String> options = new HashMap<>();
        for (int i = 0; i + 1 < args.length; i += 2) {
            options.put(args[i], args[i + 1]);
        }
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(need(options, "--port"))), 0);
        String here = "http://127.0.0.1:" + server.getAddress().getPort();
        String endpoint = options.getOrDefault("--s3-endpoint", here);
        // The base classes make their clients themselves, so this is the way to lead those astray. An endpoint that is an
        // address and no name makes the S3 client put the bucket into the path.
        System.setProperty("aws.region", "us-east-1");
        System.setProperty("aws.accessKeyId", options.getOrDefault("--access-key", "test"));
        System.setProperty("aws.secretAccessKey", options.getOrDefault("--secret-key", "test"));
        System.setProperty("aws.endpointUrl", here);
        System.setProperty("aws.endpointUrlS3", endpoint);

        S3Client store = options.containsKey("--s3-endpoint") ? S3Client.create() : new FolderS3(Path.of(need(options, "--spill-root")));
        Map<String, String> settings = new HashMap<>(System.getenv());
        String password = settings.remove(need(options, "--password-env"));
        settings.put("spill_bucket", options.getOrDefault("--spill-bucket", "spill"));
        CompositeHandler handler = Peer.handler(need(options, "--url"), need(options, "--user"), password, store, settings);

        String only = options.get("--function");
        server.createContext(INVOKE, exchange -> {
            String name = exchange.getRequestURI().getPath().substring(INVOKE.length()).replaceFirst("/.*", "");
            if (only == null || only.equals(name)) {
                invoke(handler, exchange);
            } else {
                answer(exchange, 404, Json.object().put("Type", "User").put("Message", "Function not found: " + name));
            }
        });
        server.createContext("/", Serve::otherService);
        server.setExecutor(Executors.newCachedThreadPool());
        server.start();
        out.println("listening on 127.0.0.1:" + server.getAddress().getPort());
        out.flush();
    }

    private static void invoke(CompositeHandler handler, HttpExchange exchange) throws IOException {
        ByteArrayOutputStream response = new ByteArrayOutputStream();
        try {
            handler.handleRequest(exchange.getRequestBody(), response, null);
        } catch (Throwable e) {
            exchange.getResponseHeaders().set("X-Amz-Function-Error", "Unhandled");
            answer(exchange, 200, error(e));
            return;
        }
        answer(exchange, 200, response.toByteArray());
    }

    /** As Lambda's Java runtime puts an exception. */
    private static ObjectNode error(Throwable e) {
        ObjectNode out = Json.object().put("errorMessage", e.getMessage()).put("errorType", e.getClass().getName());
        out.set("stackTrace", Json.strings(Arrays.stream(e.getStackTrace()).map(StackTraceElement::toString).toList()));
        if (e.getCause() != null) {
            out.set("cause", error(e.getCause()));
        }
        return out;
    }

    /** The spill bucket exists (HEAD); Athena knows no query of ours, upon which the SDK stops asking for its state. */
    private static void otherService(HttpExchange exchange) throws IOException {
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        } else {
            answer(exchange, 400, Json.object().put("__type", "InvalidRequestException").put("message", "no such query"));
        }
    }

    private static void answer(HttpExchange exchange, int status, ObjectNode body) throws IOException {
        answer(exchange, status, Json.text(body).getBytes(StandardCharsets.UTF_8));
    }

    private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes(); // a rest left unread would close the connection
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private static String need(Map<String, String> options, String name) {
        if (!options.containsKey(name)) {
            throw new IllegalArgumentException("missing " + name);
        }
        return options.get(name);
    }
}
