package io.cade.mib.snmp;

import io.cade.mib.BillingRow;
import io.cade.mib.CardRow;
import io.cade.mib.CardState;
import io.cade.mib.CardVersionRow;
import io.cade.mib.ImageRow;
import io.cade.mib.LeaseRow;
import io.cade.mib.LeaseRows;
import io.cade.mib.MibOids;
import io.cade.mib.ProxyBackendRow;
import io.cade.mib.ProxyStatisticsRow;
import io.cade.mib.RolloutRow;
import io.cade.mib.ServiceDetailRow;
import io.cade.mib.SoftwareRows;
import io.cade.mib.TrafficRows;
import io.cade.mib.VersionState;
import java.util.List;
import org.snmp4j.smi.Gauge32;

/**
 * The blocks of CADE-TRAFFIC-MIB and CADE-UPDATE-MIB and of the later tables of CADE-SERVICE-MIB
 * and CADE-BOOT-MIB. Owned by the SNMP thread.
 */
final class TrafficBlocks {
  private TableBlock<ServiceDetailRow> services =
      new TableBlock<>(TrafficShapes.serviceDetails(), List.of());
  private TableBlock<LeaseRow> leases = new TableBlock<>(TrafficShapes.leases(), List.of());
  private TableBlock<BillingRow> billing = new TableBlock<>(TrafficShapes.billing(), List.of());
  private TableBlock<ProxyStatisticsRow> proxies =
      new TableBlock<>(TrafficShapes.proxies(), List.of());
  private TableBlock<ProxyBackendRow> backends =
      new TableBlock<>(TrafficShapes.backends(), List.of());
  private TableBlock<ImageRow> images = new TableBlock<>(TrafficShapes.images(), List.of());
  private TableBlock<CardVersionRow> versions =
      new TableBlock<>(TrafficShapes.versions(), List.of());

  private TableBlock<RolloutRow> rollouts = new TableBlock<>(TrafficShapes.rollouts(), List.of());

  Block services(List<ServiceDetailRow> now) {
    services = services.over(now);
    return services;
  }

  List<Block> leases(LeaseRows now) {
    leases = leases.over(now.slots());
    return List.of(
        new ScalarBlock(
            List.of(
                new ScalarBlock.Source(
                    MibOids.CADE_BOOT_SLOT_LEASES, () -> new Gauge32(now.slots().size())),
                new ScalarBlock.Source(
                    MibOids.CADE_BOOT_POOL_LEASES, () -> new Gauge32(now.pool())))),
        leases);
  }

  List<Block> traffic(TrafficRows now) {
    billing = billing.over(now.billing());
    proxies = proxies.over(now.proxies());
    backends = backends.over(now.backends());
    return List.of(billing, proxies, backends);
  }

  List<Block> software(SoftwareRows now, List<CardRow> cards) {
    images = images.over(now.images());
    versions = versions.over(now.versions());
    rollouts = rollouts.over(now.rollouts());
    return List.of(
        new ScalarBlock(
            List.of(
                new ScalarBlock.Source(
                    MibOids.CADE_UPDATE_IMAGES, () -> new Gauge32(now.images().size())),
                new ScalarBlock.Source(
                    MibOids.CADE_UPDATE_CARDS_CURRENT, () -> count(now, VersionState.IN_USE)),
                new ScalarBlock.Source(
                    MibOids.CADE_UPDATE_CARDS_OUTDATED, () -> count(now, VersionState.OUTDATED)),
                new ScalarBlock.Source(
                    MibOids.CADE_UPDATE_CARDS_UPDATING,
                    () ->
                        new Gauge32(
                            cards.stream().filter(c -> c.state() == CardState.UPDATING).count())))),
        images,
        versions,
        rollouts);
  }

  private static Gauge32 count(SoftwareRows now, VersionState state) {
    return new Gauge32(now.versions().stream().filter(v -> v.state() == state).count());
  }
}
