// What a storefront and a company's server do with the clients that W3block publishes.
// Arguments: a scenario, and its settings as JSON. Prints what came back as JSON.
import commerce from '@w3block/sdk-commerce';
import identity from '@w3block/sdk-id';

const [scenario, given] = process.argv.slice(2);
const { baseURL, companyId, productId, currencyId, user, tenant, hook, orderIds } = JSON.parse(given);

async function signedIn(credential) {
  const id = new identity.W3blockIdSDK({ baseURL, autoRefresh: false });
  const sdk = new commerce.W3blockCommerceSDK({ baseURL, idSdk: id });
  await id.authenticate(credential);
  return { id, ...sdk.api, sdk };
}

const refused = (call) =>
  call.then(
    ({ status }) => ({ status }),
    ({ response }) => ({ status: response.status, code: response.data.errorCode, said: response.data.message }),
  );
const answered = (call) => call.then(({ status, data }) => ({ status, data }));
const payments = (paymentMethod) => [{ currencyId, amountType: 'percentage', amount: '100', paymentMethod }];

async function wanted({ companies }, quantity) {
  const orderProducts = [{ productId, quantity }];
  const { data } = await companies.computeOrderPreview(companyId, { orderProducts, payments: payments('pix') });
  const [{ prices }] = data.products;
  const expectedPrices = prices.map(({ currencyId, amount }) => ({ currencyId, expectedPrice: amount }));
  return {
    orderProducts: [{ productId, quantity, expectedPrices }],
    signedGasFees: data.payments.map((one) => ({ currencyId: one.currencyId, signedGasFee: one.gasFee.signature })),
    payments: payments('pix'),
    destinationWalletAddress: '0x7a3c9e5b1d8f2046a1b3c5d7e9f0a2b4c6d8e0f1',
  };
}

const play = ({ providerTransactionId }, event) =>
  fetch(`${baseURL}/test-gateway/${providerTransactionId}/events`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ event }),
  }).then(({ status }) => status);

const scenarios = {
  async identity() {
    const ann = await signedIn(user);
    const first = ann.id.getAuthToken();
    const seen = {
      lives: ann.id.getAuthTokenDecoded().exp - Date.now() / 1000,
      renewalLives: ann.id.getRefreshTokenDecoded().exp - Date.now() / 1000,
      thoughtExpired: ann.id.isTokenExpired(),
      payload: ann.id.getAuthTokenDecoded(),
    };
    await new Promise((done) => setTimeout(done, 1100)); // a token of another second is another
    await ann.id.refreshTokens();
    const server = await signedIn(tenant);
    return {
      ...seen,
      isAnother: ann.id.getAuthToken() !== first,
      passedOn: ann.sdk.getToken() === ann.id.getAuthToken(),
      orders: await answered(ann.companies.listUserOrders(companyId)),
      server: server.id.getAuthTokenDecoded(),
      wrong: await refused(signedIn({ ...user, password: 'wrong' })),
      currencies: await answered(ann.globals.listCurrencies()),
    };
  },

  async buyer() {
    const ann = await signedIn(user);
    const { companies } = ann;
    const order = await answered(companies.createOrder(companyId, await wanted(ann, '1')));
    const { id, deliverId } = order.data;
    return {
      order,
      again: await refused(companies.createOrder(companyId, await wanted(ann, '1'))),
      unsigned: await refused(
        companies.createOrder(companyId, { ...(await wanted(ann, '2')), signedGasFees: [] }),
      ),
      paidOtherwise: await answered(companies.payOrder(companyId, id, { payments: payments('credit_card') })),
      newest: await answered(companies.getUserOrder(companyId, id, { fetchNewestStatus: true })),
      pending: await answered(
        companies.listUserOrders(companyId, { status: ['pending', 'concluded'], page: 1, limit: 5 }),
      ),
      ended: await answered(companies.listUserOrders(companyId, { status: ['cancelled'] })),
      receipt: await answered(companies.getPublicOrderByDeliverId(companyId, deliverId)),
    };
  },

  async tests() {
    const ann = await signedIn(user);
    const { data: order } = await ann.companies.createOrder(companyId, await wanted(ann, '1'));
    const after = async (event) => {
      const status = await play(order, event);
      const { data } = await ann.companies.getUserOrder(companyId, order.id);
      return [status, data.status];
    };
    return [await after('processing'), await after('failed'), await after('paid')];
  },

  async admin() {
    const { admin } = await signedIn(tenant);
    const [cancelled, stuck, done] = orderIds;
    return {
      listed: await answered(admin.listOrders(companyId, { productId, status: ['failed', 'pending'] })),
      one: await answered(admin.getOrderById(companyId, stuck)),
      cancel: await refused(admin.cancelOrder(companyId, cancelled)),
      cancelAgain: await refused(admin.cancelOrder(companyId, cancelled)),
      forceDeliver: await refused(admin.forceOrderDeliver(companyId, stuck)),
      forceDeliverDone: await refused(admin.forceOrderDeliver(companyId, done)),
      approve: await refused(admin.approveOrderManually(companyId, done)),
      after: await answered(admin.getOrderById(companyId, stuck)),
    };
  },

  async webhooks() {
    const { admin } = await signedIn(tenant);
    const made = await answered(admin.createWebhooksConfiguration(companyId, { webhookUrl: hook }));
    const { id } = made.data;
    const seen = {
      made,
      changed: await answered(admin.updateWebhooksConfiguration(companyId, id, { maxRetries: 3 })),
      disabled: await refused(admin.disableWebhooksConfiguration(companyId, id)),
      off: (await admin.getWebhookConfiguration(companyId, id)).data.disabled,
      enabled: await refused(admin.enableWebhooksConfiguration(companyId, id)),
      listed: await answered(admin.listWebhooksConfigurations(companyId)),
    };
    const ann = await signedIn(user);
    const { data: order } = await ann.companies.createOrder(companyId, await wanted(ann, '1'));
    return { ...seen, order, sent: await answered(admin.listWebhooksConfigurationWebhooks(companyId, id)) };
  },
};

console.log(JSON.stringify(await scenarios[scenario]()));
