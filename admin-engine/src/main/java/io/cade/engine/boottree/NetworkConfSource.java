package io.cade.engine.boottree;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.dhcp.decide.AddressPlan;
import io.cade.engine.dhcp.wire.Ipv4Address;
import java.nio.charset.StandardCharsets;
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
    String text =
        """
        position=%s
        hostname=%s
        address=%s
        netmask=%s
        gateway=%s
        ntp=%s
        dns=%s
        """
            .formatted(
                position,
                plan.hostNameOf(position),
                plan.addressOf(position),
                plan.subnetMask(),
                plan.routerOf(position),
                engine,
                engine);
    return Optional.of(BootFile.of(text.getBytes(StandardCharsets.US_ASCII)));
  }
}
