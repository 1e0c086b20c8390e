package io.cade.engine.boottree;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.HardwareDescriptor;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.Service;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Renders what a card is to run, from the newest durable state: {@value #SERVICES}, the services
 * that are bound to the card, and {@value #QUOTAS}, how much of the card each of them may use.
 * Services of one card share it evenly; amounts are there once the card has said what it is made
 * of. Thread-safe.
 */
public final class ServicesSource implements BootFileSource {
  public static final String SERVICES = "services.json";
  public static final String QUOTAS = "quotas.json";

  private final Supplier<Cabinet> current;
  private final JsonMapper json = JsonMapper.builder().build();

  /**
   * @param current newest durable state
   */
  public ServicesSource(Supplier<Cabinet> current) {
    this.current = current;
  }

  private record Services(String position, List<Entry> services) {
    record Entry(
        String name, String kind, List<String> hosts, String phase, String packageDigest) {}
  }

  private record Quotas(String position, List<Quota> quotas) {
    /**
     * @param cpuPercent of the whole card
     * @param memoryBytes 0 when the card's memory is not known yet
     */
    record Quota(String service, int cpuPercent, long memoryBytes) {}
  }

  @Override
  public Optional<BootFile> open(CardPosition position, String name) throws IOException {
    return switch (name) {
      case SERVICES -> Optional.of(render(services(position)));
      case QUOTAS -> Optional.of(render(quotas(position)));
      default -> Optional.empty();
    };
  }

  private Services services(CardPosition position) {
    return new Services(
        position.toString(),
        current.get().servicesOn(position).stream()
            .map(s ->
                new Services.Entry(
                    s.name(),
                    s.definition().kind(),
                    s.definition().hosts(),
                    s.phase().name(),
                    s.versionOn(position).packageDigest()))
            .toList());
  }

  private Quotas quotas(CardPosition position) {
    Cabinet cabinet = current.get();
    List<Service> bound = cabinet.servicesOn(position);
    long memory =
        cabinet.card(position).map(Card::hardware).map(HardwareDescriptor::memoryBytes).orElse(0L);
    int share = Math.max(1, bound.size());
    return new Quotas(
        position.toString(),
        bound.stream().map(s -> new Quotas.Quota(s.name(), 100 / share, memory / share)).toList());
  }

  private BootFile render(Object content) throws JsonProcessingException {
    return BootFile.of(json.writerWithDefaultPrettyPrinter().writeValueAsBytes(content));
  }
}
