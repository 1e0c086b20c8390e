package io.cade.engine.pki;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.RouteSnapshot;
import io.cade.engine.model.Cabinet;
import io.cade.engine.route.RouteDerivation;
import io.cade.engine.route.RoutePublisher;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SessionTicketKeysTest {
  private final SessionTicketKeys tickets = new SessionTicketKeys(new SecureRandom());

  @Test
  void theNextKeyIsKnownBeforeItIsUsedAndTheLastOneForOneChangeMore() {
    List<String> first = tickets.current();
    assertThat(first).hasSize(2).doesNotHaveDuplicates();
    assertThat(first).allMatch(key -> Base64.getDecoder().decode(key).length == 48);
    tickets.rotate();
    List<String> second = tickets.current();
    assertThat(second).hasSize(3).doesNotHaveDuplicates();
    assertThat(second.getFirst()).isEqualTo(first.get(1));
    assertThat(second.getLast()).isEqualTo(first.get(0));
    tickets.rotate();
    assertThat(tickets.current()).doesNotContain(first.get(0)).endsWith(first.get(1));
  }

  @Test
  void proxiesHearOfNewKeysWithTheNextCommit() {
    RoutePublisher routes =
        new RoutePublisher(
            new RouteDerivation(s -> RouteDerivation.SiteCertificate.none(), 8000),
            List::of,
            tickets::current,
            Cabinet.empty());
    AtomicInteger heard = new AtomicInteger();
    routes.onChange(heard::incrementAndGet);
    routes.committed(List.of(), Cabinet.empty());
    assertThat(heard).hasValue(0);
    tickets.rotate();
    routes.committed(List.of(), Cabinet.empty());
    assertThat(heard).hasValue(1);
    RouteSnapshot snapshot = routes.snapshot();
    assertThat(snapshot.ticketKeys()).isEqualTo(tickets.current());
  }
}
