package io.cade.engine.app;

import io.cade.agent.wire.MacAddress;
import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.Decision;
import io.cade.engine.model.Card;
import io.cade.engine.model.Change;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Cards of the management chassis: they are installed with the module rather than booted by it, so
 * that they are seated by configuration and find their boot configuration as a file.
 */
final class ManagementCards {
  private final List<EngineConfig.ManagementCard> cards;
  private final ChangeWriter writer;
  private final AgentConfigSource configs;
  private final Path directory;

  ManagementCards(
      List<EngineConfig.ManagementCard> cards,
      ChangeWriter writer,
      AgentConfigSource configs,
      Path directory) {
    this.cards = List.copyOf(cards);
    this.writer = writer;
    this.configs = configs;
    this.directory = directory;
  }

  /** The locally administered address by which a management card is known. */
  static MacAddress mac(EngineConfig.ManagementCard card) {
    return new MacAddress("02:ca:de:00:00:%02x".formatted(card.position().slot()));
  }

  void seat() throws IOException {
    try {
      writer
          .submit((cabinet, now) -> {
            List<Change> changes = new ArrayList<>();
            for (EngineConfig.ManagementCard card : cards) {
              Card known = cabinet.cards().get(card.position());
              if (known == null || !mac(card).equals(known.mac())) {
                changes.add(new Change.CardSeated(card.position(), card.role(), mac(card)));
              }
            }
            return new Decision<>(changes, true);
          })
          .get(10, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("the management cards cannot be put on record: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    refresh();
  }

  /** Renews the one-time secrets before they expire. */
  void refresh() throws IOException {
    for (EngineConfig.ManagementCard card : cards) {
      configs.place(card.position(), directory.resolve(card.position().toString()));
    }
  }
}
