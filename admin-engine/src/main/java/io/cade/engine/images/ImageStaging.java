package io.cade.engine.images;

import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.Decision;
import io.cade.engine.change.Refusal;
import io.cade.engine.conduct.ImageNeeds;
import io.cade.engine.conduct.ImageUpdateOrders;
import io.cade.engine.operate.Caller;
import io.cade.engine.operate.Role;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes images that an update brought into the engine's own store, for cards that boot from the
 * network. May be asked any number of times; the same image is taken once at a time. Thread-safe.
 */
public final class ImageStaging {
  private static final Logger LOG = LoggerFactory.getLogger(ImageStaging.class);
  private static final Caller ENGINE = new Caller(ImageNeeds.BROUGHT_BY, Role.OPERATOR);

  private final ChangeWriter writer;
  private final ImageOperations images;
  private final Function<String, Optional<Path>> brought;
  private final Executor blocking;
  private final Set<String> underWay = ConcurrentHashMap.newKeySet();

  /**
   * @param brought the file of an image that a bundle brought, by its digest
   * @param blocking carries out what waits for the disk
   */
  public ImageStaging(
      ChangeWriter writer,
      ImageOperations images,
      Function<String, Optional<Path>> brought,
      Executor blocking) {
    this.writer = writer;
    this.images = images;
    this.brought = brought;
    this.blocking = blocking;
  }

  /** Begins to take the image; what becomes of it is a change. Does not block. */
  public void stage(String digest) {
    if (!underWay.add(digest)) {
      return;
    }
    try {
      blocking.execute(() -> take(digest));
    } catch (RejectedExecutionException e) {
      underWay.remove(digest);
      LOG.debug("image {} is not taken: the engine is stopping", digest);
    }
  }

  private void take(String digest) {
    Path file = brought.apply(digest).orElse(null);
    if (file == null) {
      failed(digest, "the bundle that brought the image is not on the engine's disk any more");
      return;
    }
    var _ =
        images
            .takeIn(ENGINE, file)
            .whenComplete((view, failure) -> {
              if (failure == null && view.digest().equals(digest)) {
                underWay.remove(digest);
              } else {
                failed(digest, failure == null ? "the bundle holds another image" : why(failure));
              }
            });
  }

  private void failed(String digest, String reason) {
    LOG.warn("image {} cannot be taken into the engine's store: {}", digest, reason);
    var _ =
        writer
            .submit((cabinet, _) ->
                new Decision<>(
                    ImageUpdateOrders.stagingFailed(cabinet, digest, reason), Boolean.TRUE))
            .whenComplete((_, _) -> underWay.remove(digest));
  }

  private static String why(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof java.io.UncheckedIOException io && io.getCause() != null) {
      cause = io.getCause();
    }
    String said = String.valueOf(cause.getMessage());
    return cause instanceof Refusal || cause instanceof IOException
        ? said
        : cause.getClass().getSimpleName() + ": " + said;
  }
}
