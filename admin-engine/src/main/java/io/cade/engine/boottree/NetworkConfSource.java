package io.cade.engine.boottree;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.dhcp.decide.AddressPlan;
import io.cade.engine.dhcp.wire.Ipv4Address;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Renders {@value #FILE_NAME}: the card's network settings, one {@code key=value} a line, for
 * scripts of an image that has no JSON. Immutable.
 */
public final class NetworkConfSource implements BootFileSource {
  public static final String FILE_NAME = "network.conf";

  private final AddressPlan plan;
  private final Ipv4Address engine;

  /**
   * @param engine also serves time and names to the cards
   */
  public NetworkConfSource(AddressPlan plan, Ipv4Address engine) {
    this.plan = plan;
    this.engine = engine;
  }

  @Override
  public Optional<BootFile> open(CardPosition position, String name) {
    if (!name.equals(FILE_NAME)) {
      return Optional.empty();
    }
    StringBuilder text = new StringBuilder();
    valuesOf(position)
        .forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
    return Optional.of(BootFile.of(text.toString().getBytes(StandardCharsets.US_ASCII)));
  }

  /** The same settings by name, in the order of the file; also what templates are filled with. */
  public Map<String, String> valuesOf(CardPosition position) {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("position", position.toString());
    values.put("hostname", plan.hostNameOf(position));
    values.put("address", plan.addressOf(position).toString());
    values.put("netmask", plan.subnetMask().toString());
    values.put("gateway", plan.routerOf(position).toString());
    values.put("ntp", engine.toString());
    values.put("dns", engine.toString());
    return values;
  }
}
