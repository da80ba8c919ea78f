package conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.*;

/** As much of S3 as spilling needs: object KEY of bucket BUCKET is the file ROOT/BUCKET/KEY. */
record FolderS3(Path root) implements S3Client {
    Path path(String bucket, String key) {
        return root.resolve(bucket).resolve(key);
    }

    @Override
    public PutObjectResponse putObject(PutObjectRequest request, RequestBody body) {
        Path file = path(request.bucket(), request.key());
        try (var content = body.contentStreamProvider().newStream()) {
            Files.createDirectories(file.getParent());
            Files.write(file, content.readAllBytes());
            return PutObjectResponse.builder().build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public ResponseInputStream<GetObjectResponse> getObject(GetObjectRequest request) {
        try {
            var content = AbortableInputStream.create(Files.newInputStream(path(request.bucket(), request.key())));
            return new ResponseInputStream<>(GetObjectResponse.builder().build(), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    @Override
    public void close() {}
}
