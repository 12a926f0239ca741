import { connectMongo } from '@ementech/db'
import { createPayments, type Payment } from '@ementech/payments'
import { createMpesa, mpesaCallbacks, mpesaCallbackUrls } from '@ementech/payments/mpesa'
import { mongoInbox, mongoPaymentStore, mongoTokenStore } from '@ementech/payments/mongo'
import type { Env } from './env.js'
import { createMailer } from './mail/mailer.js'
import { commentModel } from './models/comment.js'
import { leftoverModel } from './models/leftover.js'
import { mailModel } from './models/mail.js'
import { orderModel } from './models/order.js'
import { productModel } from './models/product.js'
import { questionModel } from './models/question.js'
import { strayModel } from './models/stray.js'
import { userModel } from './models/user.js'
import { pictureStorage } from './picture-storage.js'
import { createAccounts } from './services/accounts.js'
import { createAssortment } from './services/assortment.js'
import { createBills } from './services/bills.js'
import { createCatalogue } from './services/catalogue.js'
import { createCheckout } from './services/checkout.js'
import { createComments } from './services/comments.js'
import { createMails } from './services/mails.js'
import { createOrders } from './services/orders.js'
import { createPictures, pictureViewer } from './services/pictures.js'
import { createQuestions } from './services/questions.js'
import { createReceipts } from './services/receipts.js'
import { createRefunds } from './services/refunds.js'
import { createReviews } from './services/reviews.js'
import { createStrays } from './services/strays.js'
import { createStock } from './services/stock.js'
import { stripeProvider } from './services/stripe.js'

/** What the server and the worker share: the database, and the services over it. */
export async function openShop(env: Env, logger: Console) {
  const db = await connectMongo(env.MONGODB_URI, {
    dbName: env.DB_NAME,
    maxPoolSize: env.DB_MAX_POOL_SIZE,
    minPoolSize: env.DB_MIN_POOL_SIZE,
    socketTimeoutMS: env.DB_SOCKET_TIMEOUT_MS,
    connectTimeoutMS: env.DB_CONNECT_TIMEOUT_MS,
    serverSelectionTimeoutMS: env.DB_SERVER_SELECTION_TIMEOUT_MS,
    logger,
  })
  const User = userModel(db.connection)
  const Product = productModel(db.connection)
  const Order = orderModel(db.connection)
  const Mail = mailModel(db.connection)
  const Comment = commentModel(db.connection)
  const Question = questionModel(db.connection)
  const Leftover = leftoverModel(db.connection)
  const Stray = strayModel(db.connection)
  const store = mongoPaymentStore(db.connection.collection('payments'))
  const inbox = mongoInbox(db.connection.collection('webhook_inbox'))
  await Promise.all([
    ...[User, Product, Order, Mail, Comment, Leftover, Question, Stray].map((model) => model.createIndexes()),
    store.ensureIndexes(),
    inbox.ensureIndexes(),
  ])

  const initiator = initiatorOf(env)
  const mpesa = createMpesa({
    environment: env.MPESA_ENVIRONMENT,
    baseUrl: env.MPESA_BASE_URL,
    consumerKey: env.MPESA_CONSUMER_KEY,
    consumerSecret: env.MPESA_CONSUMER_SECRET,
    shortcode: env.MPESA_SHORTCODE,
    passkey: env.MPESA_PASSKEY,
    callbackUrl: env.MPESA_CALLBACK_URL,
    callbackSecret: env.MPESA_CALLBACK_SECRET,
    // Daraja's newest token ends the one before: server and worker share it.
    tokenStore: mongoTokenStore(db.connection.collection('mpesa_tokens')),
    validate: (payment) => bills.judge(payment),
    whenUnvalidated: 'reject',
    ...(initiator && { initiator }),
  })
  const stripe = stripeProvider(env)
  const payments = createPayments({
    store,
    inbox,
    providers: { mpesa, ...(stripe && { stripe }) },
    on: {
      async paid(payment) {
        const order = await checkout.markPaid(payment)
        if (order) await receipts.send(order, payment)
        else warnOfDuplicate(payment)
      },
      async overpaid(payment) {
        warnOfDuplicate(payment)
        await checkout.noteChange(payment)
      },
      failed: (payment) => checkout.markUnpaid(payment),
      expired: (payment) => checkout.markUnpaid(payment),
      canceled: (payment) => checkout.markUnpaid(payment),
      async review(payment, { refundId }) {
        if (refundId) await checkout.noteChange(payment)
        else await checkout.markInReview(payment)
      },
      async refundFailed(payment) {
        await checkout.markRefunded(payment)
      },
      async refunded(payment, { refundId }) {
        const order = await checkout.markRefunded(payment)
        if (order) await receipts.sendRefund(order, payment, refundId!)
      },
    },
    logger,
  })

  const mailer = createMailer(env, logger)
  const mails = createMails({ Mail, mailer, logger })
  const accounts = createAccounts(User)
  const receipts = createReceipts({ accounts, mails, url: env.APP_URL })
  const storage = pictureStorage(env)
  const pictures = createPictures({ Product, Leftover, storage, logger })
  const catalogue = createCatalogue(Product, pictureViewer(storage))
  const assortment = createAssortment(Product, pictureViewer(storage))
  const comments = createComments({ Comment, catalogue, accounts })
  const stock = createStock({ Product, Order })
  const orders = createOrders({ Order, catalogue, stock })
  const strays = createStrays({ Stray, payments })
  const checkout = createCheckout({ Order, orders, stock, payments, accounts, strays })
  const bills = createBills({ Order, orders, mpesa, shortcode: env.MPESA_SHORTCODE, logger })
  const refunds = createRefunds({ orders, payments })
  const reviews = createReviews({ orders, strays, payments, checkout })
  const urls = mpesaCallbackUrls({ url: env.MPESA_CALLBACK_URL, secret: env.MPESA_CALLBACK_SECRET })
  const questions = createQuestions({ Question, mpesa, urls, canAsk: initiator !== undefined, logger })
  const answers = mpesaCallbacks({
    urls,
    on: { result: questions.answer, timeout: questions.timedOut },
    ...(env.MPESA_ENVIRONMENT !== 'production' && { sources: 'any' }),
    logger,
  })
  return {
    ...{ db, payments, mails, mailer, accounts, catalogue, assortment, pictures, comments },
    ...{ stock, orders, checkout, bills, strays, refunds, reviews, questions, answers, Product },
    takesCards: stripe !== undefined,
  }

  function warnOfDuplicate({ id, reference }: Payment) {
    logger.warn('an order was paid twice: give one payment back in the office', {
      order: reference,
      payment: id,
    })
  }
}

export type Shop = Awaited<ReturnType<typeof openShop>>

/** Whoever gives M-Pesa's money back; without one, that is done by hand on M-Pesa's portal. */
function initiatorOf(env: Env) {
  const {
    MPESA_INITIATOR_NAME: name,
    MPESA_INITIATOR_PASSWORD: password,
    MPESA_CERTIFICATE: certificate,
  } = env
  return name && password && certificate ? { name, password, certificate } : undefined
}
