package io.cade.agent.gateway;

import io.cade.image.Digests;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Bodies of answers to a request for a package: the package into a file, or a short refusal. */
final class PackageBody {
  private PackageBody() {}

  sealed interface Outcome {
    record Saved(String digest) implements Outcome {}

    record Refused(ByteArrayOutputStream body) implements Outcome {}
  }

  /** Writes at most {@code maxBytes} into an existing empty file and computes their digest. */
  static BodySubscriber<Outcome> toFile(Path target, long maxBytes) {
    return new Subscriber(target, maxBytes);
  }

  static BodySubscriber<Outcome> refusal(int maxBytes) {
    return new Subscriber(null, maxBytes);
  }

  /** Owned by the client's thread that delivers this one body. */
  private static final class Subscriber implements BodySubscriber<Outcome> {
    private final @Nullable Path target;
    private final long maxBytes;
    private final MessageDigest digest = Digests.sha256();
    private final ByteArrayOutputStream text = new ByteArrayOutputStream();
    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    private @Nullable FileChannel file;
    private Flow.@Nullable Subscription subscription;
    private long written;

    Subscriber(@Nullable Path target, long maxBytes) {
      this.target = target;
      this.maxBytes = maxBytes;
    }

    @Override
    public CompletionStage<Outcome> getBody() {
      return outcome;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription = given;
      try {
        if (target != null) {
          file = FileChannel.open(target, StandardOpenOption.WRITE);
        }
        given.request(1);
      } catch (IOException e) {
        fail(e);
      }
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
      if (outcome.isDone()) {
        return;
      }
      try {
        for (ByteBuffer buffer : buffers) {
          written += buffer.remaining();
          if (written > maxBytes) {
            throw new IOException("the engine sends more than the " + maxBytes + " bytes allowed");
          }
          take(buffer);
        }
        if (subscription != null) {
          subscription.request(1);
        }
      } catch (IOException e) {
        fail(e);
      }
    }

    private void take(ByteBuffer buffer) throws IOException {
      if (file == null) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        text.writeBytes(bytes);
        return;
      }
      digest.update(buffer.duplicate());
      while (buffer.hasRemaining()) {
        file.write(buffer);
      }
    }

    @Override
    public void onError(Throwable failure) {
      fail(failure);
    }

    @Override
    public void onComplete() {
      try {
        if (file != null) {
          file.force(false);
          file.close();
          outcome.complete(new Outcome.Saved(Digests.format(digest.digest())));
        } else {
          outcome.complete(new Outcome.Refused(text));
        }
      } catch (IOException e) {
        fail(e);
      }
    }

    private void fail(Throwable failure) {
      if (subscription != null) {
        subscription.cancel();
      }
      try {
        if (file != null) {
          file.close();
        }
      } catch (IOException e) {
        failure.addSuppressed(e);
      }
      outcome.completeExceptionally(failure);
    }
  }
}
