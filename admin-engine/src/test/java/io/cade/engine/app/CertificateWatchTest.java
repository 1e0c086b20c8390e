package io.cade.engine.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.engine.acme.RenewalPolicy;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.CabinetBuilder;
import io.cade.engine.model.Change;
import io.cade.engine.model.ServiceDefinition;
import io.cade.engine.model.ServicePhase;
import io.cade.engine.operate.CertificateDesk;
import io.cade.engine.pki.AcmeFiles;
import io.cade.engine.pki.AcmeState;
import io.cade.engine.pki.Identity;
import io.cade.engine.pki.ModuleAuthority;
import io.cade.engine.pki.UploadedCertificates;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateWatchTest {
  private static final List<String> HOSTS = List.of("shop.example");
  private static final AlarmKey KEY = CertificateWatch.key("shop");

  @TempDir Path dir;
  private final SecureRandom random = new SecureRandom();
  private Instant now = Instant.parse("2026-11-21T12:00:00Z");
  private final InstantSource clock = () -> now;
  private Cabinet cabinet = Cabinet.empty();
  private ModuleAuthority authority;
  private UploadedCertificates uploaded;
  private AcmeFiles acme;
  private SiteCertificateCache certificates;
  private CertificateWatch watch;

  @BeforeEach
  void aSiteWithItsOwnCertificate() throws Exception {
    authority = ModuleAuthority.open(dir.resolve("ca"), clock, random);
    uploaded = UploadedCertificates.open(dir.resolve("uploaded"), clock);
    acme = AcmeFiles.open(dir.resolve("acme"), clock, random);
    certificates =
        new SiteCertificateCache(
            authority,
            uploaded,
            acme,
            new RenewalPolicy(Duration.ofDays(30)),
            clock,
            Runnable::run);
    watch = new CertificateWatch(certificates);
    apply(
        new Change.ServiceCreated(
            1, new ServiceDefinition("shop", "static-site", HOSTS, 1, "sha256:00")));
  }

  private void apply(Change... changes) {
    CabinetBuilder builder = new CabinetBuilder(cabinet);
    for (Change change : changes) {
      builder.apply(change, now);
    }
    cabinet = builder.freeze(cabinet.position() + 1);
  }

  /** Another authority's, as a customer buys it; fresh at the present time. */
  private Instant upload(String authority) throws Exception {
    Identity bought =
        ModuleAuthority.open(dir.resolve(authority), clock, random).site("shop", HOSTS);
    String pem = bought.certificateChainPem() + bought.privateKeyPem();
    uploaded.store("shop", uploaded.check(HOSTS, pem));
    certificates.forget("shop");
    return bought.certificate().getNotAfter().toInstant();
  }

  private List<Change> look() {
    List<Change> changes = CertificateWatch.decide(cabinet, watch.troubles(cabinet)).changes();
    apply(changes.toArray(new Change[0]));
    return changes;
  }

  private String text() {
    return Objects.requireNonNull(cabinet.alarms().get(KEY)).text();
  }

  @Test
  void theModulesOwnCertificateIsNobodysTrouble() {
    now = now.plus(Duration.ofDays(5_000));
    assertThat(look()).isEmpty();
  }

  @Test
  void uploadedCertificateIsAnnouncedAMonthBeforeItsEndAndOnceOnly() throws Exception {
    Instant end = upload("bought");
    now = end.minus(SiteCertificateCache.NOTICE).minusSeconds(1);
    assertThat(look()).isEmpty();
    now = now.plusSeconds(2);
    assertThat(look()).hasSize(1);
    assertThat(text()).contains(end.toString(), "./cade service certificate shop");
    assertThat(look()).as("looked at again").isEmpty();
  }

  @Test
  void itsEndIsSaidAnewAndItsSuccessorEndsTheAlarm() throws Exception {
    Instant end = upload("bought");
    now = end.minusSeconds(3600);
    look();
    now = end.plusSeconds(1);
    assertThat(look())
        .hasExactlyElementsOfTypes(Change.AlarmCleared.class, Change.AlarmRaised.class);
    assertThat(text()).contains("of no use any more", "has expired");
    upload("bought again");
    assertThat(look()).hasExactlyElementsOfTypes(Change.AlarmCleared.class);
    assertThat(cabinet.alarms()).isEmpty();
  }

  @Test
  void deletedServiceTakesItsAlarmWithIt() throws Exception {
    now = upload("bought").minusSeconds(3600);
    var troubles = watch.troubles(cabinet);
    cabinet = Cabinet.empty();
    assertThat(CertificateWatch.decide(cabinet, troubles).changes()).isEmpty();
  }

  /** One by another authority, as it comes by ACME. */
  private Instant order() throws Exception {
    Identity issued =
        ModuleAuthority.open(dir.resolve("acme ca"), clock, random).site("shop", HOSTS);
    acme.want("shop");
    acme.store("shop", acme.check(HOSTS, issued));
    certificates.forget("shop");
    return issued.certificate().getNotAfter().toInstant();
  }

  private CertificateDesk.CertificateView shown() {
    return certificates.show(Objects.requireNonNull(cabinet.services().get("shop")));
  }

  @Test
  void anOrderedCertificateGoesBeforeAnUploadedOneAndThatBeforeTheModulesOwn() throws Exception {
    assertThat(shown().source()).isEqualTo("built-in");
    assertThat(shown().acme()).isEmpty();
    upload("bought");
    acme.want("shop");
    assertThat(shown().source()).as("until there is one").isEqualTo("uploaded");
    assertThat(shown().acme()).isEqualTo("ordered once the service is announced");
    apply(new Change.ServicePhaseChanged("shop", ServicePhase.ANNOUNCED, ""));
    assertThat(shown().acme()).isEqualTo("ordered, not there yet");
    assertThat(shown().nextTry()).isEqualTo("now");
    Instant end = order();
    assertThat(shown().source()).isEqualTo("acme");
    assertThat(shown().until()).isEqualTo(end.toString());
    assertThat(shown().nextTry()).isEqualTo(end.minus(Duration.ofDays(30)).toString());
    acme.forget("shop");
    certificates.forget("shop");
    assertThat(shown().source()).isEqualTo("uploaded");
  }

  @Test
  void anOrderedCertificateIsNobodysTroubleUntilItsRenewalKeepsFailing() throws Exception {
    Instant end = order();
    now = end.minus(Duration.ofDays(20));
    acme.note("shop", AcmeState.FRESH.failed("no answer at shop.example", null, now));
    assertThat(look()).as("there is time left").isEmpty();
    assertThat(shown().lastError()).isEqualTo("no answer at shop.example");
    now = end.minus(Duration.ofDays(10));
    assertThat(look()).hasExactlyElementsOfTypes(Change.AlarmRaised.class);
    assertThat(text()).contains("could not be renewed yet: no answer at shop.example");
    now = end.plusSeconds(1);
    look();
    assertThat(text()).contains("ended at");
    assertThat(shown().source()).as("visitors get the module's own").isEqualTo("built-in");
    order();
    assertThat(look()).hasExactlyElementsOfTypes(Change.AlarmCleared.class);
  }
}
