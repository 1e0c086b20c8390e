package io.cade.mib.snmp;

import io.cade.mib.MibOids;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.snmp4j.mp.SnmpConstants;
import org.snmp4j.smi.Integer32;
import org.snmp4j.smi.OID;
import org.snmp4j.smi.OctetString;
import org.snmp4j.smi.TimeTicks;

/**
 * The standard groups about the agent itself: system and snmp (RFC 3418), snmpEngine (RFC 3411),
 * statistics.
 */
final class EngineFrames {
  static final String SYSTEM = "1.3.6.1.2.1.1";
  static final String SNMP = "1.3.6.1.2.1.11";
  static final String ENGINE = "1.3.6.1.6.3.10.2.1";
  static final String MPD_STATISTICS = "1.3.6.1.6.3.11.2.1";

  /** snmpTsmStats (RFC 5591). */
  static final String TSM_STATISTICS = "1.3.6.1.2.1.190.1.1";

  /** snmpTlstmSession (RFC 6353). */
  static final String TLS_STATISTICS = "1.3.6.1.2.1.198.2.1";

  static final String USM_STATISTICS = "1.3.6.1.6.3.15.1.1";

  /**
   * An application (layer 7) and an internet node (layer 3) is what RFC 3418 counts in sysServices.
   */
  private static final int SYS_SERVICES = (1 << (7 - 1)) + (1 << (3 - 1));

  private EngineFrames() {}

  static Frame system(SnmpAgentConfig.SystemTexts texts, Supplier<Duration> upTime) {
    var scalars =
        frame(
            new ScalarBlock.Source(SYSTEM + ".1", () -> Values.text(texts.description())),
            new ScalarBlock.Source(SYSTEM + ".2", () -> new OID(MibOids.CADE_SERVER_MODULE)),
            new ScalarBlock.Source(SYSTEM + ".3", () -> Values.ticks(upTime.get())),
            new ScalarBlock.Source(SYSTEM + ".4", () -> Values.text(texts.contact())),
            new ScalarBlock.Source(SYSTEM + ".5", () -> Values.text(texts.name())),
            new ScalarBlock.Source(SYSTEM + ".6", () -> Values.text(texts.location())),
            new ScalarBlock.Source(SYSTEM + ".7", () -> new Integer32(SYS_SERVICES)),
            new ScalarBlock.Source(SYSTEM + ".8", () -> new TimeTicks(0)));
    return new Frame(scalars.now(), List.of(scalars.blocks().getFirst(), Capabilities.table()));
  }

  /**
   * @param tellsFailures whether refused managers become authenticationFailure: enabled(1)
   */
  static Frame snmp(AgentCounters counters, boolean tellsFailures) {
    var sources =
        Stream.concat(
                counters(
                    counters,
                    SnmpConstants.snmpInPkts,
                    SnmpConstants.snmpInBadVersions,
                    SnmpConstants.snmpInBadCommunityNames,
                    SnmpConstants.snmpInBadCommunityUses,
                    SnmpConstants.snmpInASNParseErrs,
                    SnmpConstants.snmpSilentDrops,
                    SnmpConstants.snmpProxyDrops,
                    AgentCounters.OUT_PACKETS,
                    AgentCounters.IN_VARIABLES,
                    AgentCounters.IN_GETS,
                    AgentCounters.IN_NEXTS,
                    AgentCounters.IN_SETS,
                    AgentCounters.OUT_RESPONSES),
                Stream.of(
                    new ScalarBlock.Source(
                        SNMP + ".30", () -> new Integer32(tellsFailures ? 1 : 2))))
            .toArray(ScalarBlock.Source[]::new);
    return frame(sources);
  }

  static Frame set(SetSerial serial) {
    return frame(serial.source());
  }

  static Frame engine(EngineIdentity identity, Supplier<Duration> upTime) {
    return frame(
        new ScalarBlock.Source(ENGINE + ".1", () -> new OctetString(identity.engineId())),
        new ScalarBlock.Source(ENGINE + ".2", () -> new Integer32(identity.boots())),
        new ScalarBlock.Source(ENGINE + ".3", () -> new Integer32((int) upTime.get().toSeconds())),
        new ScalarBlock.Source(ENGINE + ".4", () -> new Integer32(SnmpAgent.MAX_MESSAGE_OCTETS)));
  }

  static Frame mpdStatistics(AgentCounters counters) {
    return frame(
        counters(
                counters,
                SnmpConstants.snmpUnknownSecurityModels,
                SnmpConstants.snmpInvalidMsgs,
                SnmpConstants.snmpUnknownPDUHandlers)
            .toArray(ScalarBlock.Source[]::new));
  }

  static Frame usmStatistics(AgentCounters counters) {
    return frame(
        counters(
                counters,
                SnmpConstants.usmStatsUnsupportedSecLevels,
                SnmpConstants.usmStatsNotInTimeWindows,
                SnmpConstants.usmStatsUnknownUserNames,
                SnmpConstants.usmStatsUnknownEngineIDs,
                SnmpConstants.usmStatsWrongDigests,
                SnmpConstants.usmStatsDecryptionErrors)
            .toArray(ScalarBlock.Source[]::new));
  }

  static Frame tsmStatistics(AgentCounters counters) {
    return frame(
        counters(
                counters,
                SnmpConstants.snmpTsmInvalidCaches,
                SnmpConstants.snmpTsmInadequateSecurityLevels,
                SnmpConstants.snmpTsmUnknownPrefixes,
                SnmpConstants.snmpTsmInvalidPrefixes)
            .toArray(ScalarBlock.Source[]::new));
  }

  /** All ten of them: what an agent that opens no session itself does not count stays 0. */
  static Frame tlsStatistics(AgentCounters counters) {
    OID[] instances =
        IntStream.rangeClosed(1, 10)
            .mapToObj(i -> new OID(TLS_STATISTICS + "." + i + ".0"))
            .toArray(OID[]::new);
    return frame(counters(counters, instances).toArray(ScalarBlock.Source[]::new));
  }

  private static Stream<ScalarBlock.Source> counters(AgentCounters counters, OID... instances) {
    return Stream.of(instances)
        .map(instance ->
            new ScalarBlock.Source(
                instance.trim().toDottedString(), () -> counters.value(instance)));
  }

  private static Frame frame(ScalarBlock.Source... sources) {
    return new Frame(Instant.EPOCH, List.of(new ScalarBlock(List.of(sources))));
  }
}
