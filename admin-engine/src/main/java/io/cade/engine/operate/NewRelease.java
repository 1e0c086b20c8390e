package io.cade.engine.operate;

import io.cade.engine.model.ServiceVersion;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an update bundle brings to a service, and how it is to reach the cards.
 *
 * @param release as the bundle says it
 * @param from rules about versions that it may follow on
 * @param content ZIP of the whole content; null when the one of the current version stays
 * @param files that replace, or are added to, those of the content; by their paths in it
 * @param program carries data over; null when they stay as they are
 * @param timeoutSeconds that one run of it may take
 * @param way to the cards
 * @param window time of the day (UTC) to begin cards in, or empty
 */
public record NewRelease(
    ServiceVersion.Release release,
    List<String> from,
    @Nullable Path content,
    Map<String, Path> files,
    @Nullable Path program,
    int timeoutSeconds,
    NewVersion way,
    String window) {
  public NewRelease {
    from = List.copyOf(from);
    files = Map.copyOf(files);
  }
}
