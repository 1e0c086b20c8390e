@NullMarked
package io.cade.agent.gateway;

import org.jspecify.annotations.NullMarked;
