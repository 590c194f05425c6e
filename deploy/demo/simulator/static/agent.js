// Let the page see the client this phone plays.
for (const [name, value] of [["userAgent", SIM.ua], ["platform", SIM.platform], ["appVersion", SIM.ua.slice(8)]]) {
  Object.defineProperty(navigator, name, { get: () => value, configurable: true });
}
Object.defineProperty(navigator, "userAgentData", { get: () => undefined, configurable: true });
if (SIM.client === "mac" || SIM.client === "windows") {
  Object.defineProperty(navigator, "maxTouchPoints", { get: () => 0, configurable: true });
}
