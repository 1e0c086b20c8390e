package io.cade.mib.snmp;

import static io.cade.mib.snmp.Shapes.column;
import static io.cade.mib.snmp.Shapes.shape;
import static io.cade.mib.snmp.Shapes.truth;
import static io.cade.mib.snmp.Values.dateAndTime;
import static io.cade.mib.snmp.Values.text;

import io.cade.mib.BillingRow;
import io.cade.mib.CardVersionRow;
import io.cade.mib.ImageRow;
import io.cade.mib.LeaseRow;
import io.cade.mib.MibOids;
import io.cade.mib.ProxyBackendRow;
import io.cade.mib.ProxyStatisticsRow;
import io.cade.mib.RolloutRow;
import io.cade.mib.ServiceDetailRow;
import java.util.List;
import org.snmp4j.smi.Counter64;
import org.snmp4j.smi.Gauge32;
import org.snmp4j.smi.Integer32;

/**
 * Which column of CADE-TRAFFIC-MIB, CADE-UPDATE-MIB and of the later tables of CADE-SERVICE-MIB and
 * CADE-BOOT-MIB shows which part of a row.
 */
final class TrafficShapes {
  private TrafficShapes() {}

  static TableBlock.Shape<BillingRow> billing() {
    return shape(
        MibOids.CADE_BILLING_ENTRY,
        r -> new int[] {r.service()},
        List.of(
            column(MibOids.CADE_BILLING_SERVICE_NAME, r -> text(r.name())),
            column(MibOids.CADE_BILLING_SINCE, r -> dateAndTime(r.since())),
            column(MibOids.CADE_BILLING_UNTIL, r -> dateAndTime(r.until())),
            column(MibOids.CADE_BILLING_REQUESTS, r -> new Counter64(r.requests())),
            column(MibOids.CADE_BILLING_FAILURES, r -> new Counter64(r.failures())),
            column(MibOids.CADE_BILLING_REFUSED, r -> new Counter64(r.refused())),
            column(MibOids.CADE_BILLING_OCTETS_IN, r -> new Counter64(r.octetsIn())),
            column(MibOids.CADE_BILLING_OCTETS_OUT, r -> new Counter64(r.octetsOut())),
            column(MibOids.CADE_BILLING_LOCAL_REQUESTS, r -> new Counter64(r.localRequests())),
            column(MibOids.CADE_BILLING_LOCAL_OCTETS, r -> new Counter64(r.localOctets()))));
  }

  static TableBlock.Shape<ProxyStatisticsRow> proxies() {
    return shape(
        MibOids.CADE_PROXY_STATISTICS_ENTRY,
        r -> new int[] {r.proxy()},
        List.of(
            column(MibOids.CADE_PROXY_STATISTICS_REQUESTS, r -> new Counter64(r.requests())),
            column(MibOids.CADE_PROXY_STATISTICS_FAILURES, r -> new Counter64(r.failures())),
            column(MibOids.CADE_PROXY_STATISTICS_RUNNING, r -> new Gauge32(r.running())),
            column(MibOids.CADE_PROXY_STATISTICS_USABLE_BACKENDS, r -> new Gauge32(r.usable())),
            column(MibOids.CADE_PROXY_STATISTICS_UNUSABLE_BACKENDS, r -> new Gauge32(r.unusable())),
            column(MibOids.CADE_PROXY_STATISTICS_REFUSED, r -> new Counter64(r.refused())),
            column(MibOids.CADE_PROXY_STATISTICS_SIGNALS, r -> new Gauge32(r.signals()))));
  }

  static TableBlock.Shape<ProxyBackendRow> backends() {
    return shape(
        MibOids.CADE_PROXY_BACKEND_ENTRY,
        r -> new int[] {r.proxy(), r.service(), r.chassis(), r.slot()},
        List.of(
            column(MibOids.CADE_PROXY_BACKEND_USABLE, r -> truth(r.usable())),
            column(MibOids.CADE_PROXY_BACKEND_CAUSE, r -> text(r.cause())),
            column(MibOids.CADE_PROXY_BACKEND_REQUESTS, r -> new Counter64(r.requests())),
            column(MibOids.CADE_PROXY_BACKEND_FAILURES, r -> new Counter64(r.failures())),
            column(MibOids.CADE_PROXY_BACKEND_RUNNING, r -> new Gauge32(r.running()))));
  }

  static TableBlock.Shape<ImageRow> images() {
    return shape(
        MibOids.CADE_IMAGE_ENTRY,
        r -> new int[] {r.number()},
        List.of(
            column(MibOids.CADE_IMAGE_NAME, r -> text(r.name())),
            column(MibOids.CADE_IMAGE_VERSION, r -> text(r.version())),
            column(MibOids.CADE_IMAGE_BUILD, r -> new Counter64(r.build())),
            column(MibOids.CADE_IMAGE_ARCHITECTURE, r -> text(r.architecture())),
            column(MibOids.CADE_IMAGE_IN_USE, r -> truth(r.used())),
            column(MibOids.CADE_IMAGE_MINIMUM_BUILD, r -> new Counter64(r.minimumBuild())),
            column(MibOids.CADE_IMAGE_OCTETS, r -> new Counter64(r.octets())),
            column(MibOids.CADE_IMAGE_PARTS, r -> new Gauge32(r.parts())),
            column(MibOids.CADE_IMAGE_DIGEST, r -> text(r.digest())),
            column(MibOids.CADE_IMAGE_SIGNER, r -> text(r.signer())),
            column(MibOids.CADE_IMAGE_CREATED, r -> dateAndTime(r.created())),
            column(MibOids.CADE_IMAGE_IMPORTED, r -> dateAndTime(r.imported())),
            column(MibOids.CADE_IMAGE_IMPORTED_BY, r -> text(r.importedBy()))));
  }

  static TableBlock.Shape<RolloutRow> rollouts() {
    return shape(
        MibOids.CADE_ROLLOUT_ENTRY,
        r -> new int[] {r.service()},
        List.of(
            column(MibOids.CADE_ROLLOUT_CURRENT, r -> new Gauge32(r.current())),
            column(MibOids.CADE_ROLLOUT_NEWEST, r -> new Gauge32(r.newest())),
            Shapes.<RolloutRow>column(MibOids.CADE_ROLLOUT_VERSION, r -> new Gauge32(r.version()))
                .writtenBy(HardwareWriters.version()),
            column(MibOids.CADE_ROLLOUT_STAGE, r -> new Integer32(r.stage().code())),
            column(MibOids.CADE_ROLLOUT_CARD, r -> text(r.card())),
            column(MibOids.CADE_ROLLOUT_DONE, r -> new Gauge32(r.done())),
            column(MibOids.CADE_ROLLOUT_CAUSE, r -> text(r.cause())),
            column(MibOids.CADE_ROLLOUT_BY, r -> text(r.by())),
            column(MibOids.CADE_ROLLOUT_SINCE, r -> dateAndTime(r.since()))));
  }

  static TableBlock.Shape<CardVersionRow> versions() {
    return shape(
        MibOids.CADE_CARD_VERSION_ENTRY,
        r -> new int[] {r.chassis(), r.slot()},
        List.of(
            column(MibOids.CADE_CARD_VERSION_IMAGE_NAME, r -> text(r.imageName())),
            column(MibOids.CADE_CARD_VERSION_IMAGE_VERSION, r -> text(r.imageVersion())),
            column(MibOids.CADE_CARD_VERSION_AGENT, r -> text(r.agentVersion())),
            column(MibOids.CADE_CARD_VERSION_OPERATING_SYSTEM, r -> text(r.operatingSystem())),
            column(MibOids.CADE_CARD_VERSION_STATE, r -> new Integer32(r.state().code())),
            column(MibOids.CADE_CARD_VERSION_SINCE, r -> dateAndTime(r.since()))));
  }

  static TableBlock.Shape<ServiceDetailRow> serviceDetails() {
    return shape(
        MibOids.CADE_SERVICE_DETAIL_ENTRY,
        r -> new int[] {r.index()},
        List.of(
            column(MibOids.CADE_SERVICE_DETAIL_KIND, r -> text(r.kind())),
            column(MibOids.CADE_SERVICE_DETAIL_PHASE_SINCE, r -> dateAndTime(r.phaseSince())),
            column(MibOids.CADE_SERVICE_DETAIL_WAITS_FOR, r -> text(r.waitsFor())),
            column(
                MibOids.CADE_SERVICE_DETAIL_PACKAGE_OCTETS, r -> new Counter64(r.packageOctets())),
            column(MibOids.CADE_SERVICE_DETAIL_BOUND_CARDS, r -> new Gauge32(r.boundCards())),
            column(MibOids.CADE_SERVICE_DETAIL_FAILED_CARDS, r -> new Gauge32(r.failedCards())),
            column(MibOids.CADE_SERVICE_DETAIL_ALARMS, r -> new Gauge32(r.alarms()))));
  }

  static TableBlock.Shape<LeaseRow> leases() {
    return shape(
        MibOids.CADE_BOOT_LEASE_ENTRY,
        r -> new int[] {r.chassis(), r.slot()},
        List.of(
            column(MibOids.CADE_BOOT_LEASE_MAC_ADDRESS, r -> Values.mac(r.mac())),
            column(MibOids.CADE_BOOT_LEASE_GRANTED, r -> dateAndTime(r.granted())),
            column(MibOids.CADE_BOOT_LEASE_EXPIRES, r -> dateAndTime(r.expires()))));
  }
}
